/** How many small requests a share of a cap is. */

/** Bytes each way of a small request, unless a mix says otherwise. */
export const REQUEST_BYTES = 6 * 1024;

const SHARE = 0.2;
const MOST_PER_SECOND = 200;

/**
 * What a request on a fresh connection weighs on the wire, in each direction, handshake and ACKs included.
 * Measured on the rig's veths from 1 KB to 100 KB; within 1 %.
 *
 * @param bytes its body
 * @returns bytes
 */
export function wireBytes(bytes: number): number {
  return 1.047 * bytes + 380;
}

/**
 * The same on a connection that lives on.
 *
 * @param bytes its body
 * @returns bytes
 */
export function wireBytesKeptAlive(bytes: number): number {
  return 1.047 * bytes + 120;
}

/**
 * The small requests beside elephants: a fifth of the cap, but at most 200 a second.
 *
 * @param rate the cap, in bits per second
 * @param bytes each way of each request
 * @returns requests per second
 */
export function requestsPerSecond(rate: number, bytes: number): number {
  return Math.min(MOST_PER_SECOND, SHARE * rate / 8 / wireBytes(bytes));
}

/**
 * Rates that step from one share of a cap to the next.
 *
 * @param shares of what fills the cap
 * @param full requests per second that would fill it
 * @param most requests per second that are asked for at most
 * @returns requests per second
 */
export function stepsOf(shares: readonly number[], full: number, most: number): number[] {
  return shares.map((share) => Math.min(most, share * full));
}
