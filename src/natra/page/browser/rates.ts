/** Computes rates from the counters at two moments. */
import type { LiveDirection, LiveFlow } from "../contract.ts";

/** One direction at one moment. */
export interface Moment {
  /** ms, of the agent's monotonic clock. */
  readonly time: number;
  readonly live: LiveDirection;
}

/** The rates between two moments, in bits/s or packets per second. */
export interface Rates {
  readonly all: number;
  readonly heavy: number;
  readonly drops: number;
  readonly marks: number;
  readonly flows: readonly FlowRate[];
}

/** A flow and how fast it is, in bits/s. */
export interface FlowRate {
  readonly flow: LiveFlow;
  readonly rate: number;
}

function keyOf({ source, destination, protocol }: LiveFlow): string {
  return `${protocol} ${source} ${destination}`;
}

/**
 * Compares two moments.
 *
 * @returns null if there are no rates: no time passed, or the counters started again in between.
 */
export function ratesBetween(before: Moment, after: Moment): Rates | null {
  const seconds = (after.time - before.time) / 1000;
  if (seconds <= 0 || after.live.bytes < before.live.bytes) return null;
  const rate = (name: "bytes" | "heavyBytes" | "drops" | "marks"): number =>
    Math.max(0, after.live[name] - before.live[name]) / seconds;
  const earlier = new Map(before.live.flows.map((flow) => [keyOf(flow), flow.bytes]));
  const flows = after.live.flows.map((flow): FlowRate => {
    const known = earlier.get(keyOf(flow));
    // A flow that was not heavy before has become heavy since; one that was forgotten meanwhile counts from
    // zero again.
    const since = known === undefined || known > flow.bytes ? 0 : known;
    const span = known === undefined ? Math.max(0.001, Math.min(seconds, flow.heavyFor / 1000)) : seconds;
    return { flow, rate: (flow.bytes - since) * 8 / span };
  }).sort((a, b) => b.rate - a.rate);
  return {
    all: rate("bytes") * 8,
    heavy: rate("heavyBytes") * 8,
    drops: rate("drops"),
    marks: rate("marks"),
    flows,
  };
}
