/** The calls that are compared. */
import { callCni, type JsonObject } from "../../../tests/rig/cni.ts";
import { natraLimiter, type PluginSpec } from "../../../tests/rig/limiter.ts";
import { HOST_VETH, type Pod } from "../../../tests/rig/pod.ts";
import { RigError } from "../../../tests/rig/run.ts";
import { type Cost, measureAdd } from "./cost.ts";
import type { Programs } from "./programs.ts";

/** Names of the cases, as JSON has them. */
export type CaseId = "empty" | "noLimit" | "clsact" | "tcx" | "bandwidth";

/** A call. */
export interface Case {
  readonly id: CaseId;
  readonly name: string;
  readonly binary: string;
  readonly conf: JsonObject;
  /**
   * What is on the node's end of the veth afterwards: a plugin that fails open says nothing by its exit
   * status.
   */
  readonly qdiscs: readonly string[];
}

/** The limit of all cases that have one, in bits per second. */
const RATE = 10e6;

/**
 * The cases.
 *
 * @param programs the bench's programs
 * @param natra path of natra's executable
 * @param log file for its log
 * @param peer the bandwidth plugin; null if there is none
 * @returns them, in the order of the table
 */
export function casesFor(programs: Programs, natra: string, log: string, peer: PluginSpec | null): Case[] {
  const limited = (attach: string): JsonObject => natraLimiter(natra, log, { attach }).spec.conf(RATE);
  const unlimited: JsonObject = { ...limited("auto"), runtimeConfig: {} };
  const empty = { binary: programs.empty, conf: unlimited, qdiscs: ["noqueue"] };
  const cases: Case[] = [
    { id: "empty", name: "empty program, same runtime", ...empty },
    { id: "noLimit", name: "natra, no limit", binary: natra, conf: unlimited, qdiscs: ["noqueue"] },
    {
      id: "clsact",
      name: "natra, clsact",
      binary: natra,
      conf: limited("clsact"),
      qdiscs: ["htb", "clsact"],
    },
    { id: "tcx", name: "natra, tcx", binary: natra, conf: limited("tcx"), qdiscs: ["htb"] },
  ];
  if (peer === null) return cases;
  const { name, binary } = peer;
  return [...cases, { id: "bandwidth", name, binary, conf: peer.conf(RATE), qdiscs: ["tbf"] }];
}

/**
 * Measures a case on a pod, checks that it did what it is measured for, and undoes it.
 *
 * @param measured the case
 * @param cost path of the measuring program
 * @param pod a fresh pod
 * @param inspect called with the pod while the case's limit is in force
 * @returns what it cost
 * @throws {RigError} if it failed, or did something else
 */
export async function runCase(
  measured: Case,
  cost: string,
  pod: Pod,
  inspect: () => Promise<void> = () => Promise.resolve(),
): Promise<Cost> {
  const { binary, conf, id } = measured;
  try {
    const figures = await measureAdd(cost, pod, binary, conf);
    await check(measured, pod);
    await inspect();
    return figures;
  } finally {
    if (id !== "empty") await callCni(pod, binary, "DEL", { conf, cleanup: true });
  }
}

async function check({ name, qdiscs }: Case, pod: Pod): Promise<void> {
  const shown = await pod.node.run(["tc", "-j", "qdisc", "show", "dev", HOST_VETH]);
  const kinds = new Set((JSON.parse(shown) as { kind: string }[]).map(({ kind }) => kind));
  const missing = qdiscs.find((kind) => !kinds.has(kind));
  if (missing !== undefined) {
    throw new RigError(`Failed to measure "${name}": it left no "${missing}" but "${[...kinds].join(", ")}"`);
  }
  if (kinds.has("clsact") && !qdiscs.includes("clsact") && !qdiscs.includes("tbf")) {
    throw new RigError(`Failed to measure "${name}": it attached with clsact`);
  }
}
