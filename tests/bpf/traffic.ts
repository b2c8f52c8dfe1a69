/** Traffic on a test's own clock. */
import { IN_GUEST } from "./compile.ts";
import { ethernet } from "./packet/ethernet.ts";
import { ipv4 } from "./packet/ip.ts";
import { udp } from "./packet/transport.ts";

/** When tests begin, ns: so late that whatever the state holds from its birth, 0, is long ago. */
export const START = 1_000_000_000_000n;
/** ns */
export const MS = 1_000_000n;
/** ns */
export const SECOND = 1_000_000_000n;

/** How long a flood lasts, in seconds of the tests' clock: an emulated processor takes its time. */
export const FLOOD_SECONDS = IN_GUEST ? 2 : 4;

/** Bytes of a full Ethernet frame, which is what {@linkcode flow} gives unless told otherwise. */
export const FULL_FRAME = 1514;
const HEADERS = 14 + 20 + 8;

/**
 * The packets made last: a flood takes the same few again and again, and making one takes longer than running
 * a program on it.
 */
const made = new Map<string, Uint8Array<ArrayBuffer>>();
const MOST_MADE = 64;

/**
 * A packet of the UDP flow with this number; 16,000,000 numbers give as many flows. It is not to be changed.
 */
export function flow(number: number, bytes = FULL_FRAME, ecn = 0): Uint8Array<ArrayBuffer> {
  const key = `${number} ${bytes} ${ecn}`;
  let packet = made.get(key);
  if (packet !== undefined) return packet;
  if (made.size === MOST_MADE) made.clear();
  packet = makeFlow(number, bytes, ecn);
  made.set(key, packet);
  return packet;
}

function makeFlow(number: number, bytes: number, ecn: number): Uint8Array<ArrayBuffer> {
  const address = 1 + (number >> 14), sport = 1024 + (number & 0x3fff);
  return ethernet(ipv4({ from: address, ecn }, udp({ sport }, bytes - HEADERS)));
}

/** The source port of the flow with this number. */
export function portOf(number: number): number {
  return 1024 + (number & 0x3fff);
}

/**
 * The times at which packets of one size come at a steady rate.
 *
 * @param rate bits/s
 * @param bytes Of a packet.
 * @param duration ns
 * @param from ns
 */
export function* steady(rate: bigint, bytes: number, duration: bigint, from = START): Generator<bigint> {
  const gap = BigInt(bytes) * 8n * SECOND;
  for (let i = 0n; i * gap / rate < duration; i++) yield from + i * gap / rate;
}
