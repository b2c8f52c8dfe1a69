/** Every second of what a meter saw, however it is cut out. */
import { type Series, SLOT_SECONDS } from "../rig/series.ts";

const SECOND = Math.round(1 / SLOT_SECONDS); // slots

/**
 * The least and the most of all sliding seconds.
 *
 * @param series bytes per slot; at least a second
 * @param cap bits per second
 * @returns in % of the cap
 */
export function slidingSeconds(series: Series, cap: number): { least: number; most: number } {
  let bytes = 0, least = Infinity, most = -Infinity;
  for (const [slot, more] of series.entries()) {
    bytes += more - (series[slot - SECOND] ?? 0);
    if (slot < SECOND - 1) continue;
    least = Math.min(least, bytes);
    most = Math.max(most, bytes);
  }
  const percent = (sum: number): number => sum * 8 / cap * 100;
  return { least: percent(least), most: percent(most) };
}
