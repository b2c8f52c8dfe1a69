import { type Attributes, nested } from "./attributes.ts";
import type { Attribute } from "./encode.ts";
import { familyOf, parseAddress, readAddress } from "./ip.ts";
import { be16, defined, readBe16, readU8, u8 } from "./values.ts";

/** One direction of a connection, by the fields that conntrack compares. */
export interface Tuple {
  readonly source: string;
  readonly destination: string;
  /** The number of the transport protocol, for example 6 for TCP. */
  readonly protocol: number;
  /** TCP, UDP, SCTP and the like. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** ICMP and ICMPv6. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly id: number };
}

/** Numbers of transport protocols. */
export const L4 = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const;

const TupleAttr = { IP: 1, PROTO: 2 } as const;
const IpAttr = { V4_SOURCE: 1, V4_DESTINATION: 2, V6_SOURCE: 3, V6_DESTINATION: 4 } as const;
const ProtoAttr = {
  NUMBER: 1,
  SOURCE_PORT: 2,
  DESTINATION_PORT: 3,
  ICMP_ID: 4,
  ICMP_TYPE: 5,
  ICMP_CODE: 6,
  ICMPV6_ID: 7,
  ICMPV6_TYPE: 8,
  ICMPV6_CODE: 9,
} as const;
/** ICMP requests by their answers: the tuple of the other direction has the other type. */
const ICMP_ANSWERS: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map([
  [L4.ICMP, new Map([[8, 0], [0, 8], [13, 14], [14, 13], [15, 16], [16, 15], [17, 18], [18, 17]])],
  [L4.ICMPV6, new Map([[128, 129], [129, 128], [139, 140], [140, 139]])],
]);

/** The value of CTA_TUPLE_*. */
export function encodeTuple(tuple: Tuple): Attribute[] {
  const { source, destination, protocol, sourcePort, destinationPort, icmp } = tuple;
  const isV4 = familyOf(source) === "ipv4";
  const ports: Attribute[] = [];
  if (sourcePort !== undefined) ports.push([ProtoAttr.SOURCE_PORT, be16(sourcePort)]);
  if (destinationPort !== undefined) ports.push([ProtoAttr.DESTINATION_PORT, be16(destinationPort)]);
  if (icmp !== undefined) {
    const isIcmp = protocol === L4.ICMP;
    ports.push(
      [isIcmp ? ProtoAttr.ICMP_ID : ProtoAttr.ICMPV6_ID, be16(icmp.id)],
      [isIcmp ? ProtoAttr.ICMP_TYPE : ProtoAttr.ICMPV6_TYPE, u8(icmp.type)],
      [isIcmp ? ProtoAttr.ICMP_CODE : ProtoAttr.ICMPV6_CODE, u8(icmp.code)],
    );
  }
  return [
    [TupleAttr.IP, [
      [isV4 ? IpAttr.V4_SOURCE : IpAttr.V6_SOURCE, parseAddress(source)],
      [isV4 ? IpAttr.V4_DESTINATION : IpAttr.V6_DESTINATION, parseAddress(destination)],
    ]],
    [TupleAttr.PROTO, [[ProtoAttr.NUMBER, u8(protocol)], ...ports]],
  ];
}

/** Reads CTA_TUPLE_*. @returns null if it has no addresses or no protocol. */
export function readTuple(tuple: Attributes): Tuple | null {
  const ip = nested(tuple, TupleAttr.IP);
  const proto = nested(tuple, TupleAttr.PROTO);
  const source = readAddress(ip, IpAttr.V4_SOURCE) ?? readAddress(ip, IpAttr.V6_SOURCE);
  const destination = readAddress(ip, IpAttr.V4_DESTINATION) ?? readAddress(ip, IpAttr.V6_DESTINATION);
  const protocol = readU8(proto, ProtoAttr.NUMBER);
  if (source === undefined || destination === undefined || protocol === undefined) return null;
  const type = readU8(proto, ProtoAttr.ICMP_TYPE) ?? readU8(proto, ProtoAttr.ICMPV6_TYPE);
  return defined<Tuple>({
    source,
    destination,
    protocol,
    sourcePort: readBe16(proto, ProtoAttr.SOURCE_PORT),
    destinationPort: readBe16(proto, ProtoAttr.DESTINATION_PORT),
    icmp: type === undefined ? undefined : {
      type,
      code: readU8(proto, ProtoAttr.ICMP_CODE) ?? readU8(proto, ProtoAttr.ICMPV6_CODE) ?? 0,
      id: readBe16(proto, ProtoAttr.ICMP_ID) ?? readBe16(proto, ProtoAttr.ICMPV6_ID) ?? 0,
    },
  });
}

/** The tuple of the answers to a tuple's packets, where nothing is translated. */
export function invertTuple(tuple: Tuple): Tuple {
  const { source, destination, protocol, sourcePort, destinationPort, icmp } = tuple;
  return defined<Tuple>({
    source: destination,
    destination: source,
    protocol,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    icmp: icmp && { ...icmp, type: ICMP_ANSWERS.get(protocol)?.get(icmp.type) ?? icmp.type },
  });
}
