/** Arithmetic on a meter's slots: no kernel in here. */

/** Length of one slot, in seconds; a slot's number is the time since boot divided by it. */
export const SLOT_SECONDS = 0.01;
const SLOTS_IN_A_SECOND = 100;

/** Bytes in consecutive slots. */
export type Series = readonly number[];

/**
 * Cuts a window out of a ring of slots.
 *
 * @param ring bytes by slot number modulo the ring's length
 * @param from number of the first slot
 * @param to number of the slot after the last
 * @returns the window's bytes, a number per slot
 * @throws {RangeError} if the window is empty or longer than the ring
 */
export function cutWindow(ring: ArrayLike<bigint>, from: number, to: number): Series {
  if (!(to > from)) throw new RangeError(`Failed to cut a window: "${from}" to "${to}" is empty`);
  if (to - from > ring.length) {
    throw new RangeError(
      `Failed to cut a window: "${to - from}" slots do not fit in a ring of "${ring.length}"`,
    );
  }
  return Array.from({ length: to - from }, (_, i) => Number(ring[(from + i) % ring.length]!));
}

/**
 * The mean throughput over a whole series.
 *
 * @param series bytes per slot
 * @returns bits per second
 */
export function averageRate(series: Series): number {
  return sum(series) * 8 / (series.length * SLOT_SECONDS);
}

/**
 * The busiest second, looked for in steps of one slot.
 *
 * @param series bytes per slot
 * @returns bits per second
 * @throws {RangeError} if the series is shorter than a second
 */
export function worstSecond(series: Series): number {
  if (series.length < SLOTS_IN_A_SECOND) {
    throw new RangeError(`Failed to find the worst second: "${series.length}" slots are less than a second`);
  }
  let bytes = sum(series.slice(0, SLOTS_IN_A_SECOND));
  let most = bytes;
  for (let i = SLOTS_IN_A_SECOND; i < series.length; i++) {
    bytes += series[i]! - series[i - SLOTS_IN_A_SECOND]!;
    most = Math.max(most, bytes);
  }
  return most * 8;
}

function sum(series: Series): number {
  return series.reduce((total, bytes) => total + bytes, 0);
}
