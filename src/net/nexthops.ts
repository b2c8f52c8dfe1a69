import { Errno } from "../../ffi/errno.ts";
import { type Attributes, nested, readU32 } from "./attributes.ts";
import { type Attribute, u32 } from "./encode.ts";
import { Af, afOf, familyOf, type IpFamily, parseAddress, readAddress } from "./ip.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { attempt, RtnlType } from "./rtnetlink.ts";
import { defined, EMPTY, readU16, u16 } from "./values.ts";

/** A member of a nexthop group. */
export interface NexthopMember {
  readonly id: number;
  /** The share of flows, 1 to 256; 1 by default. */
  readonly weight?: number;
}

/** How a resilient group (Linux 5.13) spreads flows: an idle bucket moves, a busy one stays. */
export interface Resilience {
  readonly buckets: number;
  /** Clock ticks (10 ms) without a packet after which a bucket counts as idle. */
  readonly idleTimer?: number;
  /** Clock ticks out of balance after which busy buckets move, too; 0 for never. */
  readonly unbalancedTimer?: number;
}

/**
 * A nexthop object (Linux 5.3), to which routes refer by its id: a router, a group of them, or a blackhole.
 */
export interface Nexthop {
  readonly id: number;
  /** The family of a nexthop without a gateway; IPv4 by default. */
  readonly family?: IpFamily;
  /** The index of the interface that packets leave by. */
  readonly index?: number;
  readonly gateway?: string;
  readonly onLink?: boolean;
  readonly isBlackhole?: boolean;
  readonly group?: readonly NexthopMember[];
  readonly resilience?: Resilience;
  /** Who made it; see RouteProtocol. */
  readonly protocol?: number;
}

const NHMSG = 8;
const GROUP_ENTRY = 8; // struct nexthop_grp: id, weight - 1
const Nha = {
  ID: 1,
  GROUP: 2,
  GROUP_TYPE: 3,
  BLACKHOLE: 4,
  OIF: 5,
  GATEWAY: 6,
  RES_GROUP: 12,
} as const;
const ResGroup = { BUCKETS: 1, IDLE_TIMER: 2, UNBALANCED_TIMER: 3 } as const;
const RESILIENT = 1;
const RTNH_F_ONLINK = 4;

function nhmsg(
  { family, gateway, group, protocol = 0, onLink }: Omit<Nexthop, "id">,
): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(NHMSG));
  const ip = gateway === undefined ? family ?? "ipv4" : familyOf(gateway);
  header.setUint8(0, group === undefined ? afOf(ip) : Af.UNSPEC);
  header.setUint8(2, protocol);
  header.setUint32(4, onLink ? RTNH_F_ONLINK : 0, true);
  return new Uint8Array(header.buffer);
}

function attributesOf({ id, index, gateway, isBlackhole, group, resilience }: Nexthop): Attribute[] {
  const attributes: Attribute[] = [[Nha.ID, u32(id)]];
  if (isBlackhole) attributes.push([Nha.BLACKHOLE, EMPTY]);
  if (index !== undefined) attributes.push([Nha.OIF, u32(index)]);
  if (gateway !== undefined) attributes.push([Nha.GATEWAY, parseAddress(gateway)]);
  if (group !== undefined) attributes.push([Nha.GROUP, encodeGroup(group)]);
  if (resilience !== undefined) {
    const { buckets, idleTimer, unbalancedTimer } = resilience;
    attributes.push([Nha.GROUP_TYPE, u16(RESILIENT)], [Nha.RES_GROUP, [
      [ResGroup.BUCKETS, u16(buckets)],
      ...idleTimer === undefined ? [] : [[ResGroup.IDLE_TIMER, u32(idleTimer)] as const],
      ...unbalancedTimer === undefined ? [] : [[ResGroup.UNBALANCED_TIMER, u32(unbalancedTimer)] as const],
    ]]);
  }
  return attributes;
}

function encodeGroup(group: readonly NexthopMember[]): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(group.length * GROUP_ENTRY));
  for (const [at, { id, weight = 1 }] of group.entries()) {
    bytes.setUint32(at * GROUP_ENTRY, id, true);
    bytes.setUint8(at * GROUP_ENTRY + 4, weight - 1);
  }
  return new Uint8Array(bytes.buffer);
}

function put(netlink: Netlink, verb: string, flags: number, nexthop: Nexthop): void {
  netlink.request({
    what: `${verb} nexthop ${nexthop.id}`,
    type: RtnlType.NEWNEXTHOP,
    flags,
    header: nhmsg(nexthop),
    attributes: attributesOf(nexthop),
  });
}

/** Adds a nexthop. @throws {NativeError} EEXIST if its id is taken. */
export function addNexthop(netlink: Netlink, nexthop: Nexthop): void {
  put(netlink, "add", Flag.CREATE | Flag.EXCL, nexthop);
}

/**
 * Adds a nexthop, or replaces the one with its id: all routes that refer to it follow at once.
 *
 * @throws {NativeError}
 */
export function replaceNexthop(netlink: Netlink, nexthop: Nexthop): void {
  put(netlink, "replace", Flag.CREATE | Flag.REPLACE, nexthop);
}

/**
 * Deletes a nexthop with the routes that refer to it.
 *
 * @returns Whether it was there.
 * @throws {NativeError}
 */
export function deleteNexthop(netlink: Netlink, id: number): boolean {
  return attempt([Errno.ENOENT], () =>
    netlink.request({
      what: `delete nexthop ${id}`,
      type: RtnlType.DELNEXTHOP,
      header: new Uint8Array(NHMSG),
      attributes: [[Nha.ID, u32(id)]],
    }));
}

/** The nexthops in the socket's namespace. @throws {NativeError} */
export function listNexthops(netlink: Netlink): Nexthop[] {
  return netlink.dump(
    { what: "list the nexthops", type: RtnlType.GETNEXTHOP, header: new Uint8Array(NHMSG) },
    readNexthop,
  );
}

/** Reads RTM_NEWNEXTHOP or RTM_DELNEXTHOP. @returns null if it has no id. */
export function readNexthop({ header, attributes }: Message): Nexthop | null {
  const id = readU32(attributes, Nha.ID);
  if (id === undefined) return null;
  const group = attributes.get(Nha.GROUP);
  const af = header.getUint8(0);
  const protocol = header.getUint8(2);
  return defined<Nexthop>({
    id,
    family: af === Af.INET6 ? "ipv6" : af === Af.INET ? "ipv4" : undefined,
    index: readU32(attributes, Nha.OIF),
    gateway: readAddress(attributes, Nha.GATEWAY),
    onLink: (header.getUint32(4, true) & RTNH_F_ONLINK) !== 0 || undefined,
    isBlackhole: attributes.has(Nha.BLACKHOLE) || undefined,
    group: group === undefined ? undefined : readGroup(group),
    resilience: readU16(attributes, Nha.GROUP_TYPE) === RESILIENT ? readResilience(attributes) : undefined,
    protocol: protocol === 0 ? undefined : protocol,
  });
}

function readGroup(value: DataView): NexthopMember[] {
  const members: NexthopMember[] = [];
  for (let at = 0; at + GROUP_ENTRY <= value.byteLength; at += GROUP_ENTRY) {
    members.push({ id: value.getUint32(at, true), weight: value.getUint8(at + 4) + 1 });
  }
  return members;
}

function readResilience(attributes: Attributes): Resilience {
  const group = nested(attributes, Nha.RES_GROUP);
  return defined<Resilience>({
    buckets: readU16(group, ResGroup.BUCKETS) ?? 0,
    idleTimer: readU32(group, ResGroup.IDLE_TIMER),
    unbalancedTimer: readU32(group, ResGroup.UNBALANCED_TIMER),
  });
}
