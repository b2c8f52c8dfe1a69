import { type AddCounts, DURATION_BOUNDS, FAIL_REASONS, OUTCOMES } from "../cni/outcomes.ts";
import { type Family, histogram } from "./exposition.ts";
import type { FamilyKey } from "./families.ts";

/** Adds how ADDs ended, and how long they took. */
export function addAdds(all: Record<FamilyKey, Family>, counts: AddCounts): void {
  all.addsStarted.series.push({ labels: {}, value: counts.started });
  for (const outcome of OUTCOMES) {
    const durations = counts.ended[outcome];
    const value = durations.counts.reduce((sum, count) => sum + count, 0n);
    all.adds.series.push({ labels: { outcome }, value });
    const seconds = Number(durations.sum) / 1e9;
    all.addDuration.series.push(...histogram({ outcome }, DURATION_BOUNDS, durations.counts, seconds));
  }
  all.adds.series.push({ labels: { outcome: "refused" }, value: counts.refused });
  for (const reason of FAIL_REASONS) {
    all.failOpen.series.push({ labels: { reason }, value: counts.failed[reason] });
  }
}
