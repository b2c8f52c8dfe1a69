/** IPv4, and IPv6 with its extension headers. */
import { EtherType } from "./ethernet.ts";
import { be16, be32, checksum, concat, type Layer } from "./layer.ts";

/** IP protocol numbers. */
export const Protocol = {
  HOP_BY_HOP: 0,
  ICMP: 1,
  IPIP: 4,
  TCP: 6,
  UDP: 17,
  ROUTING: 43,
  FRAGMENT: 44,
  AUTHENTICATION: 51,
  ICMPV6: 58,
  DESTINATION: 60,
  SCTP: 132,
} as const;

/** What an IPv4 header says. */
export interface Ipv4 {
  /** The last two bytes of 10.0.x.x; default: 1 and 2. */
  readonly from?: number;
  readonly to?: number;
  /** ECN: 0 not capable, 1 and 2 capable, 3 congestion met. */
  readonly ecn?: number;
  /** This fragment's place, in bytes (a multiple of 8). */
  readonly offset?: number;
  readonly moreFragments?: boolean;
  /** Bytes of options, a multiple of 4. */
  readonly options?: number;
  /** What the header says that it is long; default: what it is. BIG TCP says 0. */
  readonly totalLength?: number;
}

/** An IPv4 packet with a right checksum. */
export function ipv4(ip: Ipv4, { type, bytes }: Layer): Layer {
  const { from = 1, to = 2, ecn = 0, offset = 0, moreFragments = false, options = 0 } = ip;
  const words = 5 + options / 4;
  const header = concat(
    [0x40 | words, ecn],
    be16(ip.totalLength ?? words * 4 + bytes.length),
    [0, 1],
    be16(offset / 8 | (moreFragments ? 0x2000 : 0)),
    [64, type, 0, 0, 10, 0],
    be16(from),
    [10, 0],
    be16(to),
    new Uint8Array(options).fill(1), // no-operation
  );
  header.set(be16(checksum(header)), 10);
  return { type: EtherType.IPV4, bytes: concat(header, bytes) };
}

/** IP in IP. */
export function ipip(inner: Layer): Layer {
  return { type: Protocol.IPIP, bytes: inner.bytes };
}

/** What an IPv6 header says. */
export interface Ipv6 {
  /** The last four bytes of fd00::x; default: 1 and 2. */
  readonly from?: number;
  readonly to?: number;
  readonly ecn?: number;
  /** Default: what it is. A jumbogram says 0. */
  readonly payloadLength?: number;
}

/** An IPv6 packet. */
export function ipv6({ from = 1, to = 2, ecn = 0, payloadLength }: Ipv6, { type, bytes }: Layer): Layer {
  const address = (last: number): number[] => [0xfd, ...Array<number>(11).fill(0), ...be32(last)];
  const packet = concat(
    [0x60, ecn << 4, 0, 0],
    be16(payloadLength ?? bytes.length),
    [type, 64],
    address(from),
    address(to),
    bytes,
  );
  return { type: EtherType.IPV6, bytes: packet };
}

/** The extension headers that say their length in 8 bytes. */
export function extension(
  type: typeof Protocol.HOP_BY_HOP | typeof Protocol.ROUTING | typeof Protocol.DESTINATION,
  inner: Layer,
  bytes = 8,
): Layer {
  const header = new Uint8Array(bytes);
  header.set([inner.type, bytes / 8 - 1, 1, bytes - 4]); // one PadN option
  return { type, bytes: concat(header, inner.bytes) };
}

/** An authentication header, which says its length in 4 bytes. */
export function authentication(inner: Layer): Layer {
  const header = new Uint8Array(24);
  header.set([inner.type, 24 / 4 - 2]);
  return { type: Protocol.AUTHENTICATION, bytes: concat(header, inner.bytes) };
}

/** An IPv6 fragment header; offset 0 and no more fragments is an atomic fragment (RFC 6946). */
export function fragment(offset: number, more: boolean, inner: Layer): Layer {
  const header = concat([inner.type, 0], be16(offset | (more ? 1 : 0)), be32(0x1234));
  return { type: Protocol.FRAGMENT, bytes: concat(header, inner.bytes) };
}
