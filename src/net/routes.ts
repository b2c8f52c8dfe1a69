import { Errno } from "../../ffi/errno.ts";
import { type Attributes, nested, readU32 } from "./attributes.ts";
import { type Attribute, u32 } from "./encode.ts";
import {
  afOf,
  anyPrefix,
  bitsOf,
  familyOf,
  formatPrefix,
  IP_FAMILIES,
  type IpFamily,
  parseAddress,
  type Prefix,
  readAddress,
} from "./ip.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { encodeNextHops, type NextHop, readNextHops, readVia, viaOf } from "./multipath.ts";
import { attempt, type Change, RtnlType, Scope } from "./rtnetlink.ts";
import { defined } from "./values.ts";

/** What happens to packets of a route, by the kernel's numbers (RTN_*). */
const TYPES = [
  "unspec",
  "unicast",
  "local",
  "broadcast",
  "anycast",
  "multicast",
  "blackhole",
  "unreachable",
  "prohibit",
  "throw",
] as const;
/** What happens to packets of a route. `throw` ends the lookup in this table. */
export type RouteType = (typeof TYPES)[number];

/** The kernel's own route tables. */
export const RouteTable = { DEFAULT: 253, MAIN: 254, LOCAL: 255 } as const;
/** Who made a route (RTPROT_*): numbers up to 4 are the kernel's and iproute2's. */
export const RouteProtocol = { KERNEL: 2, BOOT: 3, STATIC: 4 } as const;

/** Metrics of a route. */
export interface RouteMetrics {
  /** Bytes of the largest packet. */
  readonly mtu?: number;
  /** Whether path MTU discovery must not lower the MTU. */
  readonly mtuLocked?: boolean;
  /** Bytes of the MSS that TCP announces. */
  readonly advmss?: number;
  readonly hopLimit?: number;
}

/** A route. */
export interface Route extends RouteMetrics {
  /** The destination says the family; the default route is `anyPrefix(family)`. */
  readonly destination: Prefix;
  /** Main by default. */
  readonly table?: number;
  /** Unicast by default. */
  readonly type?: RouteType;
  /** Static by default. */
  readonly protocol?: number;
  /** One of {@linkcode Scope}. By default link for IPv4 without a gateway, else global. */
  readonly scope?: number;
  /** The lowest one wins; IPv6 takes 1024 for 0. */
  readonly metric?: number;
  /** The index of the interface that packets leave by. */
  readonly index?: number;
  /** A router; it may have the other family. */
  readonly gateway?: string;
  /** Whether the gateway is taken to be on the link though no route says so. */
  readonly onLink?: boolean;
  /** The source address of packets that this machine makes. */
  readonly preferredSource?: string;
  /** Several routers, instead of `gateway` and `index`. */
  readonly nextHops?: readonly NextHop[];
  /** The id of a nexthop object, instead of `gateway` and `index`. */
  readonly nextHopId?: number;
}

/** A route, as the kernel describes it. */
export type RouteState = Route & Required<Pick<Route, "table" | "type" | "protocol" | "scope">>;

const RTMSG = 12;
const Rta = {
  DST: 1,
  OIF: 4,
  GATEWAY: 5,
  PRIORITY: 6,
  PREFSRC: 7,
  METRICS: 8,
  MULTIPATH: 9,
  TABLE: 15,
  MARK: 16,
  VIA: 18,
  NH_ID: 30,
} as const;
const Rtax = { LOCK: 1, MTU: 2, ADVMSS: 8, HOPLIMIT: 10 } as const;
const RTNH_F_ONLINK = 4;
const RTM_F_LOOKUP_TABLE = 0x1000;
const RTM_F_CLONED = 0x200;
const MAX_TABLE_IN_HEADER = 255;

interface Rtmsg {
  readonly family: IpFamily;
  readonly destinationLength?: number;
  readonly table?: number;
  readonly protocol?: number;
  readonly scope?: number;
  readonly type?: RouteType;
  readonly flags?: number;
}

function rtmsg(fields: Rtmsg): Uint8Array<ArrayBuffer> {
  const { family, destinationLength = 0, table = 0, protocol = 0, scope = 0, type, flags = 0 } = fields;
  const header = new DataView(new ArrayBuffer(RTMSG));
  header.setUint8(0, afOf(family));
  header.setUint8(1, destinationLength);
  header.setUint8(4, table > MAX_TABLE_IN_HEADER ? 0 : table);
  header.setUint8(5, protocol);
  header.setUint8(6, scope);
  header.setUint8(7, type === undefined ? 0 : TYPES.indexOf(type));
  header.setUint32(8, flags, true);
  return new Uint8Array(header.buffer);
}

function attributesOf(route: Route, table: number): Attribute[] {
  const { destination, metric, index, gateway, preferredSource, nextHops, nextHopId } = route;
  const attributes: Attribute[] = [[Rta.TABLE, u32(table)]];
  if (destination.length > 0) attributes.push([Rta.DST, parseAddress(destination.address)]);
  if (metric !== undefined) attributes.push([Rta.PRIORITY, u32(metric)]);
  if (index !== undefined) attributes.push([Rta.OIF, u32(index)]);
  if (gateway !== undefined) {
    const isOther = familyOf(gateway) !== familyOf(destination.address);
    attributes.push(isOther ? [Rta.VIA, viaOf(gateway)] : [Rta.GATEWAY, parseAddress(gateway)]);
  }
  if (preferredSource !== undefined) attributes.push([Rta.PREFSRC, parseAddress(preferredSource)]);
  if (nextHopId !== undefined) attributes.push([Rta.NH_ID, u32(nextHopId)]);
  if (nextHops !== undefined) {
    attributes.push([Rta.MULTIPATH, encodeNextHops(familyOf(destination.address), nextHops)]);
  }
  const metrics = metricsOf(route);
  return metrics.length === 0 ? attributes : [...attributes, [Rta.METRICS, metrics]];
}

function metricsOf({ mtu, mtuLocked, advmss, hopLimit }: RouteMetrics): Attribute[] {
  const metrics: Attribute[] = [];
  if (mtuLocked) metrics.push([Rtax.LOCK, u32(1 << Rtax.MTU)]);
  if (mtu !== undefined) metrics.push([Rtax.MTU, u32(mtu)]);
  if (advmss !== undefined) metrics.push([Rtax.ADVMSS, u32(advmss)]);
  if (hopLimit !== undefined) metrics.push([Rtax.HOPLIMIT, u32(hopLimit)]);
  return metrics;
}

function describe({ destination, table = RouteTable.MAIN }: Route): string {
  return `route to ${formatPrefix(destination)} in table ${table}`;
}

/** As ip(8) chooses it. */
function defaultScope({ destination, type, gateway, nextHops, nextHopId }: Route): number {
  if (type === "local") return Scope.HOST;
  const isDirect = gateway === undefined && nextHops === undefined && nextHopId === undefined;
  const isUnicast = type === undefined || type === "unicast";
  return familyOf(destination.address) === "ipv4" && isUnicast && isDirect ? Scope.LINK : Scope.GLOBAL;
}

function put(netlink: Netlink, verb: string, flags: number, route: Route): void {
  const { destination, table = RouteTable.MAIN, type = "unicast", protocol = RouteProtocol.STATIC } = route;
  netlink.request({
    what: `${verb} ${describe(route)}`,
    type: RtnlType.NEWROUTE,
    flags,
    header: rtmsg({
      family: familyOf(destination.address),
      destinationLength: destination.length,
      table,
      protocol,
      scope: route.scope ?? defaultScope(route),
      type,
      flags: route.onLink ? RTNH_F_ONLINK : 0,
    }),
    attributes: attributesOf(route, table),
  });
}

/** Adds a route. @throws {NativeError} EEXIST if there is one with its destination, table and metric. */
export function addRoute(netlink: Netlink, route: Route): void {
  put(netlink, "add", Flag.CREATE | Flag.EXCL, route);
}

/**
 * Adds a route, or replaces the one with its destination, table and metric without a gap.
 *
 * @throws {NativeError}
 */
export function replaceRoute(netlink: Netlink, route: Route): void {
  put(netlink, "replace", Flag.CREATE | Flag.REPLACE, route);
}

/**
 * Deletes a route: the first one with the destination, the table and whatever else is given.
 *
 * @returns Whether it was there.
 * @throws {NativeError}
 */
export function deleteRoute(netlink: Netlink, route: Route): boolean {
  const { destination, table = RouteTable.MAIN, protocol = 0, scope = Scope.NOWHERE, type } = route;
  return attempt([Errno.ESRCH, Errno.ENODEV], () =>
    netlink.request({
      what: `delete ${describe(route)}`,
      type: RtnlType.DELROUTE,
      header: rtmsg({
        family: familyOf(destination.address),
        destinationLength: destination.length,
        table,
        protocol,
        scope,
        ...type === undefined ? {} : { type },
      }),
      attributes: attributesOf(route, table),
    }));
}

/** Which routes to list; all but the kernel's caches if empty. */
export interface RouteFilter {
  readonly family?: IpFamily;
  readonly table?: number;
  readonly protocol?: number;
  readonly index?: number;
}

/** The routes in the socket's namespace. @throws {NativeError} */
export function listRoutes(netlink: Netlink, filter: RouteFilter = {}): RouteState[] {
  const families = filter.family === undefined ? IP_FAMILIES : [filter.family];
  return families.flatMap((family) => {
    const found: RouteState[] = [];
    // A strict socket has the kernel filter: ENOENT, there is no such table; ENODEV, no such interface.
    attempt([Errno.ENOENT, Errno.ENODEV], () => {
      found.push(...netlink.dump({
        what: "list the routes",
        type: RtnlType.GETROUTE,
        header: rtmsg({ family, protocol: filter.protocol ?? 0 }),
        attributes: [
          ...filter.table === undefined ? [] : [[Rta.TABLE, u32(filter.table)] as const],
          ...filter.index === undefined ? [] : [[Rta.OIF, u32(filter.index)] as const],
        ],
      }, (message) => {
        const route = readRoute(message);
        return route !== null && matches(route, filter) ? route : null;
      }));
    });
    return found;
  });
}

function matches(route: RouteState, { table, protocol, index }: RouteFilter): boolean {
  const leavesBy = (wanted: number): boolean =>
    route.index === wanted || (route.nextHops ?? []).some((hop) => hop.index === wanted);
  return (table === undefined || route.table === table) &&
    (protocol === undefined || route.protocol === protocol) && (index === undefined || leavesBy(index));
}

/** Reads RTM_NEWROUTE or RTM_DELROUTE. @returns null for a route of another family, or a cached one. */
export function readRoute(message: Message): RouteState | null {
  const isCached = (message.header.getUint32(8, true) & RTM_F_CLONED) !== 0;
  return isCached ? null : decode(message);
}

function decode({ header, attributes }: Message): RouteState | null {
  const family = IP_FAMILIES.find((one) => afOf(one) === header.getUint8(0));
  const flags = header.getUint32(8, true);
  if (family === undefined) return null;
  const any = anyPrefix(family).address;
  const address = readAddress(attributes, Rta.DST) ?? any;
  if (familyOf(address) !== family) return null;
  const multipath = attributes.get(Rta.MULTIPATH);
  return defined<RouteState>({
    destination: { address, length: header.getUint8(1) },
    table: readU32(attributes, Rta.TABLE) ?? header.getUint8(4),
    type: TYPES[header.getUint8(7)] ?? "unspec",
    protocol: header.getUint8(5),
    scope: header.getUint8(6),
    metric: readU32(attributes, Rta.PRIORITY),
    index: readU32(attributes, Rta.OIF),
    gateway: readAddress(attributes, Rta.GATEWAY) ?? readVia(attributes, Rta.VIA),
    onLink: (flags & RTNH_F_ONLINK) !== 0 || undefined,
    preferredSource: readAddress(attributes, Rta.PREFSRC),
    nextHops: multipath === undefined ? undefined : readNextHops(multipath),
    nextHopId: readU32(attributes, Rta.NH_ID),
    ...readMetrics(nested(attributes, Rta.METRICS)),
  });
}

function readMetrics(
  metrics: Attributes,
): { readonly [K in keyof RouteMetrics]-?: RouteMetrics[K] | undefined } {
  return {
    mtu: readU32(metrics, Rtax.MTU),
    mtuLocked: ((readU32(metrics, Rtax.LOCK) ?? 0) & 1 << Rtax.MTU) !== 0 || undefined,
    advmss: readU32(metrics, Rtax.ADVMSS),
    hopLimit: readU32(metrics, Rtax.HOPLIMIT),
  };
}

/** A packet whose route is asked for. */
export interface RouteQuery {
  readonly destination: string;
  readonly mark?: number;
  /** The index of the interface that it must leave by. */
  readonly index?: number;
}

/**
 * The route that a packet of this machine would take.
 *
 * @returns null if the network is unreachable.
 * @throws {NativeError}
 */
export function lookUpRoute(netlink: Netlink, { destination, mark, index }: RouteQuery): RouteState | null {
  const family = familyOf(destination);
  const attributes: Attribute[] = [[Rta.DST, parseAddress(destination)]];
  if (mark !== undefined) attributes.push([Rta.MARK, u32(mark)]);
  if (index !== undefined) attributes.push([Rta.OIF, u32(index)]);
  let found: RouteState | null = null;
  attempt([Errno.ENETUNREACH, Errno.EHOSTUNREACH], () =>
    netlink.request({
      what: `look up the route to ${destination}`,
      type: RtnlType.GETROUTE,
      header: rtmsg({
        family,
        destinationLength: bitsOf(family),
        flags: RTM_F_LOOKUP_TABLE,
      }),
      attributes,
    }, (message) => {
      found = decode(message); // an IPv4 answer counts as cached, because it is about one address
    }));
  return found;
}

/** A change of a route. */
export interface RouteEvent {
  readonly about: "route";
  readonly change: Change;
  readonly route: RouteState;
}

/** The change that a message of the groups IPV4_ROUTE and IPV6_ROUTE reports; null for any other message. */
export function routeEvent(message: Message): RouteEvent | null {
  if (message.type !== RtnlType.NEWROUTE && message.type !== RtnlType.DELROUTE) return null;
  const route = readRoute(message);
  const change = message.type === RtnlType.NEWROUTE ? "new" : "deleted";
  return route === null ? null : { about: "route", change, route };
}
