/** Prometheus' own checker, out of Debian's package: unpacked, so that no Prometheus is started here. */
import { unpacked } from "../rig/clients/debian.ts";
import { type Outcome, outcomeOf, RigError } from "../rig/run.ts";

/**
 * Runs promtool.
 *
 * @param args such as `check metrics`
 * @param stdin what it reads
 * @returns how it ended
 */
export async function promtool(args: readonly string[], stdin = ""): Promise<Outcome> {
  const have = await unpacked("bookworm", ["prometheus"]);
  if ("missing" in have) throw new RigError(`Cannot check with promtool: ${have.missing}`);
  return await outcomeOf([`${have.path}/usr/bin/promtool`, ...args], { stdin });
}
