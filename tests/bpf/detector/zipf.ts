/** Skewed traffic: few large flows and many small ones, on a test's own clock, the same for the same seed. */

/** A flow of the traffic. */
export interface Flow {
  readonly number: number;
  /** bytes/s on the wire */
  readonly rate: number;
  /** Bytes of each of its packets. */
  readonly bytes: number;
}

/** A packet of the traffic. */
export interface Arrival {
  /** The index of its flow. */
  readonly flow: number;
  /** ns since the traffic began */
  readonly at: number;
}

const FULL = 1514, LEAST = 64;
const SECOND = 1e9; // ns

/** Numbers in [0, 1) that look random (mulberry32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

/**
 * Flows whose rates follow Zipf's law.
 *
 * @param count How many.
 * @param skew The exponent: the k-th flow has a share of 1 / k ** skew.
 * @param rate bytes/s of all together; a little more comes, because every flow sends a packet in each span.
 * @param span ns in which even the smallest flow sends one packet.
 */
export function zipfFlows(count: number, skew: number, rate: number, span: number): Flow[] {
  let sum = 0;
  for (let k = 1; k <= count; k++) sum += k ** -skew;
  return Array.from({ length: count }, (_, index) => {
    const wanted = rate * (index + 1) ** -skew / sum;
    const bytes = Math.round(Math.min(Math.max(wanted * span / SECOND, LEAST), FULL));
    return { number: index, rate: Math.max(wanted, bytes * SECOND / span), bytes };
  });
}

/**
 * The packets of some flows, in their order: each flow's at a steady pace from a random moment on.
 *
 * @param flows The flows.
 * @param duration ns
 * @param draw Random numbers.
 */
export function arrivals(flows: readonly Flow[], duration: number, draw: () => number): Arrival[] {
  const packets: Arrival[] = [];
  flows.forEach(({ rate, bytes }, flow) => {
    const gap = bytes * SECOND / rate;
    for (let at = draw() * gap; at < duration; at += gap) packets.push({ flow, at });
  });
  return packets.sort((a, b) => a.at - b.at);
}

/**
 * What each flow may have at most, so that all together have the limit (max-min fairness).
 *
 * @param rates Of the flows.
 * @param limit In the same unit.
 * @returns Infinity if the flows together stay below the limit.
 */
export function fairShare(rates: readonly number[], limit: number): number {
  let room = limit, left = rates.length;
  for (const rate of rates.toSorted((a, b) => a - b)) {
    if (rate * left >= room) return room / left;
    room -= rate;
    left--;
  }
  return Infinity;
}
