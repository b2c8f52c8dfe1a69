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

/** Where a percentile of all that could have been measured lies, as far as some samples tell. */
export interface Bounds {
  /** -Infinity if there are too few samples to say so. */
  readonly low: number;
  /** Infinity if there are too few. */
  readonly high: number;
}

/** The chance, on each side, that bounds are wrong. */
const RARE = 1 / 40;

/**
 * How well a percentile is known. The p99 of 425 samples is their fifth slowest; that of all that could have
 * been measured may lie anywhere from the tenth slowest to the slowest.
 *
 * @param values in any order
 * @param share above 0 and below 1, such as 0.99
 * @returns bounds that are values themselves: a 95 % confidence interval from order statistics, which asks
 * nothing of how the values are distributed (Conover, Practical Nonparametric Statistics, 3.2)
 * @throws {RangeError} if the share is outside
 */
export function percentileBounds(values: readonly number[], share: number): Bounds {
  if (!(share > 0 && share < 1)) {
    throw new RangeError(`Failed to bound a percentile: "${share}" is not above 0 and below 1`);
  }
  let high = Infinity, upToHere = 0;
  for (const [i, value] of values.toSorted((a, b) => b - a).entries()) {
    // The value is below the percentile if no more than i of the samples are above that, and so many are as a
    // binomial says.
    upToHere += binomial(values.length, i, 1 - share);
    if (upToHere <= RARE) high = value;
    if (1 - upToHere <= RARE) return { low: value, high };
  }
  return { low: -Infinity, high };
}

/**
 * The chance of k out of n, each of which has the chance p; by logarithms, since the factors are too large.
 */
function binomial(n: number, k: number, p: number): number {
  let log = (n - k) * Math.log1p(-p) + k * Math.log(p);
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  return Math.exp(log);
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
