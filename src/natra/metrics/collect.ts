/** All of natra's metrics. */
import { type AddCounts, DURATION_BOUNDS, FAIL_REASONS, OUTCOMES, readAddCounts } from "../cni/outcomes.ts";
import type { MetricsFailure } from "../../agent/product.ts";
import { describeBuild } from "../../cli/version.ts";
import { podName } from "../commands/pods.ts";
import { addHistogram, addSeries, type Family, formatLabels } from "../../metrics/exposition.ts";
import { families, type FamilyKey } from "./families.ts";
import { addPods } from "./pods.ts";

/**
 * Reads all metrics.
 *
 * @param onFailure Called for each pod that cannot be read.
 * @throws {Error} If nothing can be read at all.
 */
export async function collect(onFailure: MetricsFailure): Promise<readonly Family[]> {
  const { version, commit, deno } = describeBuild();
  const begun = performance.now();
  const all = families();
  addSeries(all.build, formatLabels({ version, commit, runtime: `deno ${deno}` }), 1);
  addAdds(all, readAddCounts());
  await addPods(all, (applied, error) => onFailure(podName(applied), error));
  addSeries(all.collect, "", (performance.now() - begun) / 1000);
  return Object.values(all);
}

/** Adds the outcomes of ADDs and their durations. */
function addAdds(all: Record<FamilyKey, Family>, counts: AddCounts): void {
  addSeries(all.addsStarted, "", counts.started);
  for (const outcome of OUTCOMES) {
    const labels = formatLabels({ outcome });
    const durations = counts.ended[outcome];
    addSeries(all.adds, labels, durations.counts.reduce((sum, count) => sum + count, 0n));
    addHistogram(all.addDuration, labels, DURATION_BOUNDS, durations.counts, Number(durations.sum) / 1e9);
  }
  addSeries(all.adds, formatLabels({ outcome: "refused" }), counts.refused);
  for (const reason of FAIL_REASONS) addSeries(all.failOpen, formatLabels({ reason }), counts.failed[reason]);
}
