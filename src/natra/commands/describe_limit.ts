import { formatRate } from "../limits/quantity.ts";
import type { DirectionLimit } from "../limits/limits.ts";

/** What a direction is held to, in a line for people. */
export function describeLimit(limit: DirectionLimit | null): string {
  if (limit === null) return "no limit";
  const { rate, burst, bucket, mice, width, depth, threshold } = limit;
  const heavy = threshold === null ? "adaptive" : `${threshold} bytes`;
  return `${formatRate(rate)}bit/s, burst ${burst} bytes, bucket ${bucket}, mice ${mice}, ` +
    `sketch ${width}x${depth} (${width * depth * 8} bytes), heavy-hitter threshold ${heavy}`;
}
