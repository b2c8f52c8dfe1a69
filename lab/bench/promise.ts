/**
 * natra's promise for one TCP elephant each way beside small requests: what mix 1, the demo and the kernels
 * are held to.
 */
export const PROMISE = {
  /** Throughput in each direction, in % of the cap. */
  minPercent: 98,
  maxPercent: 101,
  /** Busiest second in each direction, in % of the cap. */
  worstSecondPercent: 105,
  /** The small requests' p99, as a multiple of the same without a limit. */
  p99Ratio: 1.5,
} as const;
