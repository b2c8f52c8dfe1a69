import { MAX_WIDTH } from "../limits/clamp.ts";
import type { SketchFill } from "./sketch_fill.ts";

/** From one small flow in so many taken for heavy on, a sketch is too small. */
export const MOST_MISTAKEN = 1 / 1000;
const CELL = 8; // bytes

/**
 * Whether a sketch is too full for its pod's flows, by the probability that a small flow shares a cell above the threshold in
 * every row, and so waits with the heavy ones. Twice the width divides it by 2 to the power of the depth.
 *
 * @param most The most that the sketch may take, in bytes.
 * @returns The width to change to; null if it is wide enough, or may not grow.
 */
export function resizeWanted(
  { width, depth, mistaken }: Pick<SketchFill, "width" | "depth" | "mistaken">,
  most: number,
): number | null {
  const wider = width * 2;
  const fits = wider <= Number(MAX_WIDTH) && wider * depth * CELL <= most;
  return mistaken > MOST_MISTAKEN && fits ? wider : null;
}
