/** Limits for tests: whatever is not named is what the product takes by default. */
import { decideBurst } from "../../src/limits/clamp.ts";
import type { DirectionLimit } from "../../src/limits/limits.ts";

/**
 * @param changes What is not default; the rate is 10 Mbit/s unless given, and the burst follows from it.
 */
export function limit(changes: Partial<DirectionLimit> = {}): DirectionLimit {
  const rate = changes.rate ?? 10_000_000n;
  return {
    rate,
    burst: decideBurst(rate, undefined, () => {}),
    bucket: "pod",
    mice: "charged",
    pacer: "auto",
    width: 1024,
    depth: 4,
    threshold: null,
    source: "test",
    ...changes,
  };
}
