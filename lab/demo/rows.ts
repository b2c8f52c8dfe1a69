/** What the demo measures. */
import type { ElephantSpec } from "../../tests/rig/elephant.ts";
import { shortRate } from "./rate.ts";

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly limiter: "none" | "natra" | "bandwidth";
  readonly elephants: readonly ElephantSpec[];
}

/** The rows that the verdict speaks of, and all of them in the order of the table. */
export interface Rows {
  /** Small requests with nothing in their way. */
  readonly base: Row;
  /** natra with everything at once: the promise is about this row. */
  readonly natra: Row;
  readonly bandwidth: Row;
  readonly all: readonly Row[];
}

/** Bytes each way of a small request. */
export const REQUEST_BYTES = 6 * 1024;

/**
 * How many small requests suit a rate: about a fifth of it at 10M, and never more than 200 a second.
 *
 * @param rate the cap, in bits per second
 * @returns requests per second
 */
export function requestsPerSecond(rate: number): number {
  return rate >= 100e6 ? 200 : Math.min(40, Math.round(rate / 10e6 * 40));
}

/**
 * The demo's rows.
 *
 * @param rate the cap, in bits per second
 * @returns the rows
 */
export function demoRows(rate: number): Rows {
  const cap = shortRate(rate);
  const elephants: ElephantSpec[] = [{ direction: "ingress" }, { direction: "egress" }];
  const both = `two elephants + ${requestsPerSecond(rate)} requests/s`;
  const base: Row = { name: "no limit, requests alone", limiter: "none", elephants: [] };
  const natra: Row = { name: `natra ${cap}, ${both}`, limiter: "natra", elephants };
  const bandwidth: Row = { name: `bandwidth plugin ${cap}, ${both}`, limiter: "bandwidth", elephants };
  const all = [
    base,
    { name: `no limit, ${both}`, limiter: "none", elephants } as const,
    { name: `natra ${cap}, requests alone`, limiter: "natra", elephants: [] } as const,
    natra,
    bandwidth,
  ];
  return { base, natra, bandwidth, all };
}
