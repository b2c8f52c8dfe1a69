/** Whether a row of the benchmark keeps natra's promise. */
import { PROMISE } from "../bench/promise.ts";
import type { DirectionFigures } from "../../tests/rig/scenario.ts";
import type { LatencyFigures } from "./guest/mix.ts";
import type { MixPlan } from "./plan.ts";

/** What a row gave, as far as it is judged. */
export interface Figures {
  readonly ingress: DirectionFigures;
  readonly egress: DirectionFigures;
  readonly requests: Pick<LatencyFigures, "bad" | "count" | "p99" | "p99Bounds"> | null;
}

/**
 * The p99 as a multiple of that without a limit: the promise, which is that of HTB. EDT decides when a packet
 * arrives, so that a small flow cannot overtake what is stamped already (seen: up to 1.5). What is asserted of
 * it only keeps the figure from growing; docs/kernels.md shows what it is.
 */
export function mostLatencyRatio({ row }: Pick<MixPlan, "row">): number {
  return row === "edt" ? 2 : PROMISE.p99Ratio;
}

/** Requests below which a 99th percentile says little. */
const LEAST_REQUESTS = 400;

/**
 * What is asked of a machine in real time, in % of the cap. Two lost charges would let too much through, one
 * made twice too little; but the timers of an emulated processor come late, and HTB loses what they are late
 * beyond its credit of 2 ms.
 */
export const LEAST_PERCENT_IN_REAL_TIME = 80;

/**
 * Judges both directions' throughput.
 *
 * @param row the row
 * @param least the least that is allowed, in % of the cap
 * @returns what was promised and missed, a phrase each; empty if nothing was
 */
export function missedThroughput(row: Figures, least: number = PROMISE.minPercent): string[] {
  return directions(row).flatMap(([name, { percent }]) =>
    percent >= least && percent <= PROMISE.maxPercent ? [] : [
      `${name}: ${percent.toFixed(2)} % of the limit (allowed: ${least}–${PROMISE.maxPercent} %)`,
    ]
  );
}

/**
 * Judges both directions' busiest second.
 *
 * @param row the row
 * @returns what was promised and missed
 */
export function missedWorstSecond(row: Figures): string[] {
  return directions(row).flatMap(([name, { worstSecondPercent }]) =>
    worstSecondPercent <= PROMISE.worstSecondPercent ? [] : [
      `${name}: a second with ${
        worstSecondPercent.toFixed(2)
      } % of the limit (promised: ≤ ${PROMISE.worstSecondPercent} %)`,
    ]
  );
}

/**
 * Judges the small requests' latency: whether its p99 is too large for certain. A row has a few hundred
 * requests, because virtual seconds are dear, so its p99 is decided by a handful: it was 0.8 to 1.4 times the
 * base's in most runs, and once 2.5 times.
 *
 * @param row the row
 * @param base the row with the same traffic and no limit
 * @param most the ratio of their p99 that is allowed
 * @returns what was promised and missed
 */
export function missedLatency(row: Figures, base: Figures, most: number): string[] {
  const { requests } = row;
  if (requests === null) return ["no request was made"];
  const { low } = requests.p99Bounds, high = base.requests?.p99Bounds.high ?? NaN;
  return [
    ...(requests.count >= LEAST_REQUESTS ? [] : [`${requests.count} requests are too few to judge`]),
    ...(requests.bad === 0 ? [] : [`${requests.bad} of ${requests.count} requests failed`]),
    // negated, so that no number misses, too
    ...(low <= most * high ? [] : [
      `the requests' p99 is ${requests.p99} ms, at least ${low}, and without a limit at most ${high} (allowed: ≤ ${most} ×)`,
    ]),
  ];
}

/**
 * How much longer the slowest hundredth of the requests takes.
 *
 * @param row the row
 * @param base what it is compared with
 * @returns the ratio of the 99th percentiles; NaN if one is missing
 */
export function latencyRatio(row: Figures, base: Figures): number {
  return (row.requests?.p99 ?? NaN) / (base.requests?.p99 ?? NaN);
}

function directions({ ingress, egress }: Figures): [string, DirectionFigures][] {
  return [["to the pod", ingress], ["from the pod", egress]];
}
