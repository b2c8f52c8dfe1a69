import { type AddCounts, DURATION_BOUNDS, FAIL_REASONS, OUTCOMES } from "../cni/outcomes.ts";
import { addHistogram, addSeries, type Family, formatLabels } from "../../metrics/exposition.ts";
import type { FamilyKey } from "./families.ts";

/** Adds how ADDs ended, and how long they took. */
export function addAdds(all: Record<FamilyKey, Family>, counts: AddCounts): void {
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
