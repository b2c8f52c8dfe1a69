/** Did natra keep its promise? In numbers, and in a sentence. */
import { formatRate } from "./rate.ts";
import type { DirectionSummary, RowResult, RowSummary } from "./summary.ts";

/** natra's promise, over medians of rounds. */
export const PROMISE = {
  /** Throughput in each direction, in % of the cap. */
  leastPercent: 98,
  mostPercent: 101,
  /** Busiest second in each direction, in % of the cap. */
  worstSecondPercent: 105,
  /** The small requests' p99, as a multiple of the same without a limit. */
  p99Ratio: 1.5,
} as const;

/** The judgement. */
export interface Verdict {
  readonly met: boolean;
  /** What was promised and missed, a phrase each. */
  readonly missed: readonly string[];
  /** For people. */
  readonly sentence: string;
}

/**
 * Judges.
 *
 * @param rate the cap, in bits per second
 * @param base the small requests alone, without a limit
 * @param natra natra with everything at once
 * @param bandwidth the bandwidth plugin on the same
 * @returns the verdict
 */
export function judge(rate: number, base: RowSummary, natra: RowSummary, bandwidth: RowResult): Verdict {
  const ratio = p99Ratio(natra, base);
  const missed = [
    ...missedBy("to the pod", natra.ingress),
    ...missedBy("from the pod", natra.egress),
    ...(ratio <= PROMISE.p99Ratio ? [] : [
      `the small requests' p99 is ${
        number(ratio)
      } × that without a limit (promised: ≤ ${PROMISE.p99Ratio} ×)`,
    ]),
    ...(natra.bad === 0 ? [] : [`${natra.bad} of ${natra.requests} small requests failed`]),
  ];
  return { met: missed.length === 0, missed, sentence: sentence(rate, base, natra, bandwidth) };
}

/**
 * How much longer the slowest hundredth of the small requests takes than without a limit.
 *
 * @param row the row
 * @param base the small requests alone, without a limit
 * @returns the ratio of the medians of their p99
 */
export function p99Ratio(row: RowSummary, base: RowSummary): number {
  return row.p99.median / base.p99.median;
}

function missedBy(direction: string, { percent, worstSecondPercent }: DirectionSummary): string[] {
  const { leastPercent, mostPercent } = PROMISE;
  const missed: string[] = [];
  // Negated, so that a value that is no number misses too.
  if (!(percent.median >= leastPercent && percent.median <= mostPercent)) {
    missed.push(
      `${number(percent.median)} % of the limit ${direction} (promised: ${leastPercent}–${mostPercent} %)`,
    );
  }
  if (!(worstSecondPercent.median <= PROMISE.worstSecondPercent)) {
    const worst = number(worstSecondPercent.median);
    missed.push(
      `a second with ${worst} % of the limit ${direction} (promised: ≤ ${PROMISE.worstSecondPercent} %)`,
    );
  }
  return missed;
}

function sentence(rate: number, base: RowSummary, natra: RowSummary, bandwidth: RowResult): string {
  const worst = Math.max(natra.ingress.worstSecondPercent.median, natra.egress.worstSecondPercent.median);
  const peer = bandwidth.skipped === null
    ? `with the bandwidth plugin it took ${number(p99Ratio(bandwidth, base))} × as long ` +
      `(${milliseconds(bandwidth.p99.median)} ms)`
    : `the bandwidth plugin was not measured: ${bandwidth.skipped}`;
  return `With natra the pod got ${number(natra.ingress.percent.median)} % and sent ` +
    `${number(natra.egress.percent.median)} % of its ${formatRate(rate)}, ${
      number(worst)
    } % in its busiest second; ` +
    `the slowest small request in a hundred took ${
      number(p99Ratio(natra, base))
    } × as long as without a limit ` +
    `(${milliseconds(natra.p99.median)} ms against ${milliseconds(base.p99.median)} ms); ${peer}.`;
}

/**
 * Writes a percentage or a ratio as precisely as it is worth: two decimals below ten, one below a thousand.
 *
 * @param value the figure
 * @returns its text
 */
export function number(value: number): string {
  return value.toFixed(value >= 999.5 ? 0 : value >= 9.995 ? 1 : 2);
}

/**
 * Writes a latency as precisely as it is worth: to three digits or so.
 *
 * @param ms the latency, in milliseconds
 * @returns its text, without the unit
 */
export function milliseconds(ms: number): string {
  return ms >= 99.95 ? ms.toFixed(0) : number(ms);
}
