import { type Attributes, readAttributes } from "./attributes.ts";
import { Af, familyOf, formatAddress, type IpFamily, parseAddress, readAddress } from "./ip.ts";
import { bytesOf, defined } from "./values.ts";

/** One of several routers of a route. */
export interface NextHop {
  readonly index?: number;
  readonly gateway?: string;
  /** The share of flows, 1 to 256; 1 by default. */
  readonly weight?: number;
  readonly onLink?: boolean;
}

const RTNEXTHOP = 8; // struct rtnexthop: length, flags, hops, ifindex
const NLA_HEADER = 4;
const Rta = { GATEWAY: 5, VIA: 18 } as const;
const RTNH_F_ONLINK = 4;

/** The value of RTA_MULTIPATH: structs with attributes behind each. */
export function encodeNextHops(family: IpFamily, hops: readonly NextHop[]): Uint8Array<ArrayBuffer> {
  const parts = hops.map(({ index = 0, gateway, weight = 1, onLink }) => {
    const isOther = gateway !== undefined && familyOf(gateway) !== family;
    const router = gateway === undefined ? null : isOther ? viaOf(gateway) : parseAddress(gateway);
    const routerLength = router === null ? 0 : NLA_HEADER + router.length;
    const part = new DataView(new ArrayBuffer((RTNEXTHOP + routerLength + 3) & ~3));
    part.setUint16(0, RTNEXTHOP + routerLength, true);
    part.setUint8(2, onLink ? RTNH_F_ONLINK : 0);
    part.setUint8(3, weight - 1);
    part.setInt32(4, index, true);
    if (router !== null) {
      part.setUint16(RTNEXTHOP, routerLength, true);
      part.setUint16(RTNEXTHOP + 2, isOther ? Rta.VIA : Rta.GATEWAY, true);
      new Uint8Array(part.buffer).set(router, RTNEXTHOP + NLA_HEADER);
    }
    return new Uint8Array(part.buffer);
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Reads RTA_MULTIPATH, up to the first struct whose length is wrong. */
export function readNextHops(value: DataView): NextHop[] {
  const hops: NextHop[] = [];
  for (let at = 0; at + RTNEXTHOP <= value.byteLength;) {
    const length = value.getUint16(at, true);
    if (length < RTNEXTHOP || at + length > value.byteLength) break;
    const part = new DataView(value.buffer, value.byteOffset + at, length);
    const attributes = readAttributes(part, RTNEXTHOP);
    hops.push(defined<NextHop>({
      index: part.getInt32(4, true),
      gateway: readAddress(attributes, Rta.GATEWAY) ?? readVia(attributes, Rta.VIA),
      weight: part.getUint8(3) + 1,
      onLink: (part.getUint8(2) & RTNH_F_ONLINK) !== 0 || undefined,
    }));
    at += (length + 3) & ~3;
  }
  return hops;
}

/** The value of RTA_VIA (struct rtvia): a router of another family than the route's. */
export function viaOf(gateway: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([familyOf(gateway) === "ipv4" ? Af.INET : Af.INET6, 0, ...parseAddress(gateway)]);
}

/** The router in RTA_VIA; undefined if it is absent or no IP address. */
export function readVia(attributes: Attributes, type: number): string | undefined {
  const value = attributes.get(type);
  if (value === undefined || value.byteLength < 2) return undefined;
  return formatAddress(bytesOf(value).subarray(2));
}
