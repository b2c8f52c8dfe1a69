/**
 * The heavy flows of one direction, as the BPF program remembers them: at most 128, the least recently used
 * is evicted.
 *
 * @module
 */
import { monotonicNow } from "../../kernel/clock.ts";
import type { Direction } from "../../pod/direction.ts";
import type { Applied } from "./record.ts";
import { openPin } from "../../ebpf/info.ts";
import { flowKey, heavyFlow } from "./layout.ts";
import { readEntries } from "../../ebpf/maps.ts";
import { directionPins } from "./attach_points.ts";
import { readStruct } from "../../ebpf/struct.ts";

/** A flow that is, or was, above its fair share. */
export interface Flow {
  /** The sender's address, for example `10.0.0.7` or `fd00::7`; empty if the packets are not IP. */
  readonly source: string;
  readonly destination: string;
  /** 0 if the protocol has no ports, and for fragments. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /**
   * `tcp`, `udp`, …; `ip proto 47` for one without a name here, `ether 0x88cc` for packets that are not IP.
   */
  readonly protocol: string;
  /** Bytes on the wire while it was heavy, since it is remembered. */
  readonly bytes: bigint;
  /** ns since it became heavy, or became heavy again after a pause of a second. */
  readonly heavyFor: bigint;
  /** ns since its last packet that counted as heavy. */
  readonly idleFor: bigint;
  /** Packets that the program itself dropped or marked; the queue counts its own. */
  readonly drops: bigint;
  readonly marks: bigint;
}

/** ns without a heavy packet after which a flow is not heavy any more. The program has the same. */
export const HEAVY_PAUSE = 1_000_000_000n;

/** The map has up to 128 entries: one call reads them all. */
const SHAPE = { keySize: flowKey.size, valueSize: heavyFlow.size, maxEntries: 256 };

/** Whether a flow is heavy now. */
export function isHeavyNow({ idleFor }: Pick<Flow, "idleFor">): boolean {
  return idleFor <= HEAVY_PAUSE;
}

/**
 * Reads the flows of one direction, in no particular order.
 *
 * @returns null if the direction's pins are gone.
 * @throws {NativeError}
 */
export function readFlows(applied: Applied, direction: Direction): Flow[] | null {
  using pin = openPin(`${directionPins(applied, direction)}/flows`);
  return pin === null ? null : flowsIn(pin.fd);
}

/**
 * How many flows of one direction are heavy now. Cheaper than {@linkcode readFlows}.
 *
 * @returns null if the direction's pins are gone.
 * @throws {NativeError}
 */
export function countHeavyFlows(applied: Applied, direction: Direction): number | null {
  using pin = openPin(`${directionPins(applied, direction)}/flows`);
  if (pin === null) return null;
  const { count, values } = readEntries(pin.fd, SHAPE);
  const earliest = monotonicNow() - HEAVY_PAUSE;
  let heavy = 0;
  for (let index = 0; index < count; index++) {
    const at = index * heavyFlow.size + heavyFlow.fields.last.offset;
    if (values.getBigUint64(at, true) >= earliest) heavy++;
  }
  return heavy;
}

/** The flows in an open map. @param fd Its descriptor. @throws {NativeError} */
export function flowsIn(fd: number): Flow[] {
  const { count, keys, values } = readEntries(fd, SHAPE);
  const now = monotonicNow();
  return Array.from({ length: count }, (_, index) => {
    const key = new DataView(keys.buffer, index * flowKey.size, flowKey.size);
    const value = new DataView(values.buffer, index * heavyFlow.size, heavyFlow.size);
    return flowOf(key, value, now);
  });
}

/**
 * @param key struct flow_key.
 * @param value struct heavy_flow.
 * @param now CLOCK_MONOTONIC, ns.
 */
export function flowOf(key: DataView<ArrayBuffer>, value: DataView, now: bigint): Flow {
  const { since, last, bytes, drops, marks } = readStruct(value, heavyFlow);
  const { fields } = flowKey;
  const etherType = key.getUint16(fields.ether_type.offset);
  const isIp = etherType === ETH_P_IP || etherType === ETH_P_IPV6;
  const address = (offset: number): string => isIp ? formatAddress(key, offset) : "";
  const ago = (time: bigint): bigint => time > now ? 0n : now - time;
  return {
    source: address(fields.saddr.offset),
    destination: address(fields.daddr.offset),
    sourcePort: key.getUint16(fields.sport.offset),
    destinationPort: key.getUint16(fields.dport.offset),
    protocol: isIp ? protocolName(key.getUint8(fields.protocol.offset)) : `ether 0x${hex(etherType)}`,
    bytes,
    heavyFor: ago(since),
    idleFor: ago(last),
    drops,
    marks,
  };
}

const ETH_P_IP = 0x0800;
const ETH_P_IPV6 = 0x86dd;
const MAPPED = 0xffffn; // ::ffff:a.b.c.d
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: "icmp",
  2: "igmp",
  6: "tcp",
  17: "udp",
  33: "dccp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "icmp6",
  132: "sctp",
  136: "udplite",
};

function protocolName(number: number): string {
  return PROTOCOLS[number] ?? `ip proto ${number}`;
}

/** An address as text: IPv4 dotted, IPv6 shortened as in RFC 5952. */
function formatAddress(view: DataView<ArrayBuffer>, offset: number): string {
  if (view.getBigUint64(offset) === 0n && BigInt(view.getUint32(offset + 8)) === MAPPED) {
    return [12, 13, 14, 15].map((byte) => view.getUint8(offset + byte)).join(".");
  }
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(offset + index * 2).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

function hex(value: number): string {
  return value.toString(16).padStart(4, "0");
}
