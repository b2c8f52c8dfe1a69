/** Order statistics of small samples. */

/**
 * A percentile by nearest rank: always one of the values.
 *
 * @param values in any order
 * @param share between 0 and 1, such as 0.99
 * @returns the smallest value that at least this share of the values does not exceed
 * @throws {RangeError} if there are no values or the share is outside 0 to 1
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("Failed to take a percentile of no values");
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`Failed to take a percentile: "${share}" is not between 0 and 1`);
  }
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** The middle of some rounds, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Sums up rounds of the same measurement.
 *
 * @param values one per round; at least one
 * @returns their median (of an even number: the mean of the middle two), least and greatest
 * @throws {RangeError} if there are no values
 */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("Failed to sum up no rounds");
  const sorted = values.toSorted((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)]!;
  const high = sorted[Math.ceil((sorted.length - 1) / 2)]!;
  return { median: (low + high) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}
