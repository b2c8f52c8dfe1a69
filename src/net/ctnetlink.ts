import { Errno } from "../../ffi/errno.ts";
import { type Attributes, nested } from "./attributes.ts";
import { encodeTuple, invertTuple, L4, readTuple, type Tuple } from "./conntrack_tuple.ts";
import type { Attribute } from "./encode.ts";
import { familyOf, IP_FAMILIES, type IpFamily, parseAddress } from "./ip.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { NfProto, nfRequest, Subsystem } from "./nfnetlink.ts";
import { attempt } from "./rtnetlink.ts";
import { be16, be32, defined, readBe16, readBe32, readBe64, readU8, u8 } from "./values.ts";

/** Status bits of a connection (IPS_*). */
const STATUS = {
  expected: 1,
  seenReply: 2,
  assured: 4,
  confirmed: 8,
  sourceNat: 0x10,
  destinationNat: 0x20,
  sourceNatDone: 0x80,
  destinationNatDone: 0x100,
  dying: 0x200,
  fixedTimeout: 0x400,
} as const;
/** A status bit of a connection. */
export type ConntrackStatus = keyof typeof STATUS;

/** The states of a TCP connection, by the kernel's numbers. */
const TCP_STATES = [
  "none",
  "syn-sent",
  "syn-recv",
  "established",
  "fin-wait",
  "close-wait",
  "last-ack",
  "time-wait",
  "close",
  "syn-sent2",
] as const;
/** The state of a TCP connection. */
export type TcpState = (typeof TCP_STATES)[number];

/** Packets and bytes of one direction; there are none unless nf_conntrack_acct is set. */
export interface ConntrackCounters {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** A tracked connection. */
export interface ConntrackEntry {
  readonly original: Tuple;
  /** The answers' tuple; another one than the inverted original says how the connection is translated. */
  readonly reply: Tuple;
  readonly status: readonly ConntrackStatus[];
  /** Seconds. */
  readonly timeout: number;
  readonly mark: number;
  readonly zone: number;
  readonly id?: number;
  readonly tcpState?: TcpState;
  readonly counters?: { readonly original: ConntrackCounters; readonly reply: ConntrackCounters };
}

/** The address and port that NAT gives to one end of a connection. */
export interface NatTarget {
  readonly address: string;
  readonly port?: number;
}

/** A connection to track. */
export interface ConntrackSpec {
  readonly original: Tuple;
  /** Seconds. */
  readonly timeout: number;
  readonly mark?: number;
  readonly zone?: number;
  /** `confirmed` is always set. */
  readonly status?: readonly ConntrackStatus[];
  /** Translates the source. Without a port the kernel chooses one. The reply tuple follows from it. */
  readonly sourceNat?: NatTarget;
  readonly destinationNat?: NatTarget;
  readonly tcpState?: TcpState;
  /** Does not check TCP's window: the entry has seen no packet yet, and knows none. */
  readonly isLiberal?: boolean;
}

const Msg = { NEW: 0, GET: 1, DELETE: 2 } as const;
const Cta = {
  TUPLE_ORIGINAL: 1,
  TUPLE_REPLY: 2,
  STATUS: 3,
  PROTOINFO: 4,
  NAT_SOURCE: 6,
  TIMEOUT: 7,
  MARK: 8,
  COUNTERS_ORIGINAL: 9,
  COUNTERS_REPLY: 10,
  ID: 12,
  NAT_DESTINATION: 13,
  ZONE: 18,
  MARK_MASK: 21,
} as const;
const PROTOINFO_TCP = 1;
const TcpAttr = { STATE: 1, FLAGS_ORIGINAL: 4, FLAGS_REPLY: 5 } as const;
const TCP_BE_LIBERAL = 8; // IP_CT_TCP_FLAG_BE_LIBERAL, in struct nf_ct_tcp_flags: flags, mask
const NatAttr = { V4_MINIP: 1, V4_MAXIP: 2, PROTO: 3, V6_MINIP: 4, V6_MAXIP: 5 } as const;
const NatPort = { MIN: 1, MAX: 2 } as const;
const Counter = { PACKETS: 1, BYTES: 2 } as const;
const ALL_BITS = 0xffffffff;

const protoOf = (family: IpFamily): number => family === "ipv4" ? NfProto.IPV4 : NfProto.IPV6;

function describe({ source, sourcePort, destination, destinationPort, protocol }: Tuple): string {
  const end = (address: string, port?: number): string =>
    port === undefined ? address : `${address} port ${port}`;
  return `connection ${end(source, sourcePort)} to ${
    end(destination, destinationPort)
  }, protocol ${protocol}`;
}

function identity(tuple: Tuple, zone = 0): Attribute[] {
  const attributes: Attribute[] = [[Cta.TUPLE_ORIGINAL, encodeTuple(tuple)]];
  if (zone !== 0) attributes.push([Cta.ZONE, be16(zone)]);
  return attributes;
}

/** Adds a connection. @throws {NativeError} EEXIST if there is one with its tuple. */
export function addConntrack(netlink: Netlink, spec: ConntrackSpec): void {
  const { original, status = [], mark, sourceNat, destinationNat } = spec;
  const bits = status.reduce((sum, name) => sum | STATUS[name], STATUS.confirmed as number);
  const attributes: Attribute[] = [
    ...identity(original, spec.zone),
    // The tuple without NAT: the kernel derives the translation from the NAT attributes. It would take an
    // already translated tuple as it is and translate no packet.
    [Cta.TUPLE_REPLY, encodeTuple(invertTuple(original))],
    [Cta.STATUS, be32(bits)],
    [Cta.TIMEOUT, be32(spec.timeout)],
  ];
  if (mark !== undefined) attributes.push([Cta.MARK, be32(mark)]);
  if (sourceNat !== undefined) attributes.push([Cta.NAT_SOURCE, encodeNat(sourceNat)]);
  if (destinationNat !== undefined) attributes.push([Cta.NAT_DESTINATION, encodeNat(destinationNat)]);
  if (original.protocol === L4.TCP) attributes.push([Cta.PROTOINFO, [[PROTOINFO_TCP, encodeTcp(spec)]]]);
  netlink.request(nfRequest(Subsystem.CONNTRACK, {
    what: `add ${describe(original)}`,
    message: Msg.NEW,
    family: protoOf(familyOf(original.source)),
    flags: Flag.CREATE | Flag.EXCL,
    attributes,
  }));
}

function encodeNat({ address, port }: NatTarget): Attribute[] {
  const isV4 = familyOf(address) === "ipv4";
  const bytes = parseAddress(address);
  const attributes: Attribute[] = [
    [isV4 ? NatAttr.V4_MINIP : NatAttr.V6_MINIP, bytes],
    [isV4 ? NatAttr.V4_MAXIP : NatAttr.V6_MAXIP, bytes],
  ];
  if (port !== undefined) {
    attributes.push([NatAttr.PROTO, [[NatPort.MIN, be16(port)], [NatPort.MAX, be16(port)]]]);
  }
  return attributes;
}

function encodeTcp({ tcpState = "established", isLiberal = false }: ConntrackSpec): Attribute[] {
  const attributes: Attribute[] = [[TcpAttr.STATE, u8(TCP_STATES.indexOf(tcpState))]];
  if (isLiberal) {
    const flags = new Uint8Array([TCP_BE_LIBERAL, TCP_BE_LIBERAL]);
    attributes.push([TcpAttr.FLAGS_ORIGINAL, flags], [TcpAttr.FLAGS_REPLY, flags]);
  }
  return attributes;
}

/** The connection of a tuple of either direction. @returns null if there is none. @throws {NativeError} */
export function findConntrack(netlink: Netlink, tuple: Tuple, zone = 0): ConntrackEntry | null {
  let found: ConntrackEntry | null = null;
  attempt([Errno.ENOENT], () =>
    netlink.request(
      nfRequest(Subsystem.CONNTRACK, {
        what: `find ${describe(tuple)}`,
        message: Msg.GET,
        family: protoOf(familyOf(tuple.source)),
        attributes: identity(tuple, zone),
      }),
      (message) => {
        found = readConntrack(message);
      },
    ));
  return found;
}

/** Forgets the connection of a tuple. @returns Whether there was one. @throws {NativeError} */
export function deleteConntrack(netlink: Netlink, tuple: Tuple, zone = 0): boolean {
  return attempt([Errno.ENOENT], () =>
    netlink.request(nfRequest(Subsystem.CONNTRACK, {
      what: `delete ${describe(tuple)}`,
      message: Msg.DELETE,
      family: protoOf(familyOf(tuple.source)),
      attributes: identity(tuple, zone),
    })));
}

/** Which connections to list; all if empty. */
export interface ConntrackFilter {
  readonly family?: IpFamily;
  /** Those with `mark & markMask === mark`; the kernel looks for them by itself. */
  readonly mark?: number;
  readonly markMask?: number;
  readonly zone?: number;
}

/**
 * What `read` makes of the connections in the socket's namespace; null leaves one out.
 *
 * @throws {NativeError}
 */
export function listConntrack<T>(
  netlink: Netlink,
  filter: ConntrackFilter,
  read: (entry: ConntrackEntry) => T | null,
): T[] {
  const { family, mark, markMask = ALL_BITS, zone } = filter;
  const attributes: Attribute[] = mark === undefined
    ? []
    : [[Cta.MARK, be32(mark)], [Cta.MARK_MASK, be32(markMask)]];
  return netlink.dump(
    nfRequest(Subsystem.CONNTRACK, {
      what: "list the tracked connections",
      message: Msg.GET,
      family: family === undefined ? NfProto.UNSPEC : protoOf(family),
      attributes,
    }),
    (message) => {
      const entry = readConntrack(message);
      const isWanted = entry !== null && (zone === undefined || entry.zone === zone) &&
        (mark === undefined || ((entry.mark & markMask) >>> 0) === mark);
      return isWanted ? read(entry) : null;
    },
  );
}

/** Reads IPCTNL_MSG_CT_NEW or _DELETE. @returns null if it is not about a connection of an IP family. */
export function readConntrack({ header, attributes }: Message): ConntrackEntry | null {
  const original = readTuple(nested(attributes, Cta.TUPLE_ORIGINAL));
  const reply = readTuple(nested(attributes, Cta.TUPLE_REPLY));
  const family = IP_FAMILIES.find((one) => protoOf(one) === header.getUint8(0));
  if (original === null || reply === null || family !== familyOf(original.source)) return null;
  const bits = readBe32(attributes, Cta.STATUS) ?? 0;
  const tcp = readU8(nested(nested(attributes, Cta.PROTOINFO), PROTOINFO_TCP), TcpAttr.STATE);
  return defined<ConntrackEntry>({
    original,
    reply,
    status: (Object.keys(STATUS) as ConntrackStatus[]).filter((name) => (bits & STATUS[name]) !== 0),
    timeout: readBe32(attributes, Cta.TIMEOUT) ?? 0,
    mark: readBe32(attributes, Cta.MARK) ?? 0,
    zone: readBe16(attributes, Cta.ZONE) ?? 0,
    id: readBe32(attributes, Cta.ID),
    tcpState: tcp === undefined ? undefined : TCP_STATES[tcp],
    counters: readCounters(attributes),
  });
}

function readCounters(attributes: Attributes): ConntrackEntry["counters"] {
  const direction = (type: number): ConntrackCounters => {
    const counters = nested(attributes, type);
    return {
      packets: readBe64(counters, Counter.PACKETS) ?? 0n,
      bytes: readBe64(counters, Counter.BYTES) ?? 0n,
    };
  };
  if (!attributes.has(Cta.COUNTERS_ORIGINAL)) return undefined;
  return { original: direction(Cta.COUNTERS_ORIGINAL), reply: direction(Cta.COUNTERS_REPLY) };
}

/** A change of a connection. */
export interface ConntrackEvent {
  readonly about: "conntrack";
  /** `changed` also for what a new connection learns; the kernel sends only what changed, and the tuples. */
  readonly change: "new" | "changed" | "deleted";
  readonly entry: ConntrackEntry;
}

/** The change that a message of the groups CONNTRACK_* reports; null for any other message. */
export function conntrackEvent(message: Message): ConntrackEvent | null {
  const number = message.type & 0xff;
  if (message.type >> 8 !== Subsystem.CONNTRACK || (number !== Msg.NEW && number !== Msg.DELETE)) return null;
  const entry = readConntrack(message);
  if (entry === null) return null;
  const isNew = (message.flags & (Flag.CREATE | Flag.EXCL)) !== 0;
  return { about: "conntrack", change: number === Msg.DELETE ? "deleted" : isNew ? "new" : "changed", entry };
}
