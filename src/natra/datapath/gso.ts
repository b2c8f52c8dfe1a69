import type { DirectionLimit } from "../limits/fields.ts";

const LEAST = 8192;
/** What the stack hands out at most, unless told otherwise. */
export const GSO_MAX = 65536;

/**
 * The largest GSO packet that a pod may hand to its queue: 5 ms at the limit, so that one of an elephant's does not
 * stand before a small flow's for longer. Smaller costs throughput, which a low limit makes moot.
 *
 * @param limit Its rate in bits/s.
 * @returns Bytes, from 8192 to 65536.
 */
export function gsoLimit({ rate }: Pick<DirectionLimit, "rate">): number {
  const bytes = rate / 8n * 5n / 1000n;
  return Math.max(bytes > BigInt(GSO_MAX) ? GSO_MAX : Number(bytes), LEAST);
}
