/**
 * What is measured in each guest. Virtual seconds cost several of the host's, so there are as few as will do.
 */
import type { ElephantSpec } from "../../tests/rig/elephant.ts";

/** Bytes each way of a small request. */
export const REQUEST_BYTES = 6 * 1024;

/** `all`: every check, in virtual time on one processor. `races`: aggregates, on two, in real time. */
export type Plan = "all" | "races";

/**
 * What stands beside the small requests. `alone`: nothing. `self-paced`: elephants that keep to the cap by
 * themselves, so that the processor has as much to do as with a limit, and nothing is queued. `htb`, `edt`:
 * elephants that natra holds.
 */
export type Row = "alone" | "self-paced" | "htb" | "edt";

/** One row of the benchmark. */
export interface MixPlan {
  /** Bits per second. */
  readonly rate: number;
  /** Requests per second, 20 % of the cap but at most 200. */
  readonly perSecond: number;
  readonly row: Row;
  readonly elephants: readonly ElephantSpec[];
  /** Seconds of traffic that are not counted. */
  readonly warmup: number;
  /** Seconds that are. */
  readonly seconds: number;
}

const DIRECTIONS = ["ingress", "egress"] as const;

/** 400 requests and more, and several windows of one second. */
const RATES = [
  { rate: 10e6, perSecond: 40, warmup: 1.5, seconds: 10 },
  { rate: 100e6, perSecond: 200, warmup: 1, seconds: 2.5 },
] as const;

/** The payload of a full frame of TCP with timestamps, as a part of the frame. */
const PAYLOAD_OF_WIRE = 1448 / 1514;
/**
 * Bits on the wire of one request in one direction: its payload, headers, and the other direction's
 * acknowledgements.
 */
const REQUEST_BITS = 7000 * 8;

/** Mix 1, and what its latencies are compared with. */
export const MIXES: readonly MixPlan[] = RATES.flatMap((common): MixPlan[] => {
  const bitrate = Math.round(common.rate * PAYLOAD_OF_WIRE - common.perSecond * REQUEST_BITS);
  const elephants = DIRECTIONS.map((direction): ElephantSpec => ({ direction }));
  return [
    { ...common, row: "alone", elephants: [] },
    { ...common, row: "self-paced", elephants: elephants.map((elephant) => ({ ...elephant, bitrate })) },
    { ...common, row: "htb", elephants },
    { ...common, row: "edt", elephants },
  ];
});

/**
 * Many flows at once, from both processors: TCP and UDP, both ways. As little as a busy host's emulation can
 * carry.
 */
const CROWD: readonly ElephantSpec[] = DIRECTIONS.flatMap((direction): ElephantSpec[] => [
  { direction, streams: 4 },
  { direction, protocol: "udp", bitrate: 1e6, streams: 2 },
]);

/** The rows of the run on several processors. */
export const RACES: readonly MixPlan[] = (["htb", "edt"] as const).map((row) => ({
  rate: 5e6,
  perSecond: 10,
  row,
  elephants: CROWD,
  warmup: 4,
  seconds: 10,
}));

const ROW_WORDS: Readonly<Record<Row, string>> = {
  "alone": "requests alone",
  "self-paced": "elephants that pace themselves",
  "htb": "natra with HTB",
  "edt": "natra with EDT",
};

/**
 * What a row is called.
 *
 * @param mix the row
 * @returns its name, such as "10M, natra with HTB"
 */
export function mixName({ rate, row }: Pick<MixPlan, "rate" | "row">): string {
  return `${rate / 1e6}M, ${ROW_WORDS[row]}`;
}

/**
 * What natra is asked for in a row.
 *
 * @param row the row
 * @returns null: there is no limit
 */
export function pacerOf(row: Row): "htb" | "edt" | null {
  return row === "htb" || row === "edt" ? row : null;
}
