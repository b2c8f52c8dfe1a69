/** All of natra's metrics. */
import { readAddCounts } from "../cni/outcomes.ts";
import type { MetricsFailure } from "../../agent/product.ts";
import { describeBuild } from "../../cli/version.ts";
import { podName } from "../commands/pods.ts";
import { addAdds } from "./adds.ts";
import { addSeries, type Family, formatLabels } from "../../metrics/exposition.ts";
import { families } from "./families.ts";
import { addPods } from "./pods.ts";

/**
 * Reads everything.
 *
 * @param onFailure Told of each pod that cannot be read.
 * @throws {Error} If nothing can be read at all.
 */
export async function collect(onFailure: MetricsFailure): Promise<readonly Family[]> {
  const { version, commit, deno } = describeBuild();
  const begun = performance.now();
  const all = families();
  addSeries(all.build, formatLabels({ version, commit, runtime: `deno ${deno}` }), 1);
  addAdds(all, readAddCounts());
  await addPods(all, (applied, error) => onFailure({ pod: podName(applied), ifname: applied.ifname }, error));
  addSeries(all.collect, "", (performance.now() - begun) / 1000);
  return Object.values(all);
}
