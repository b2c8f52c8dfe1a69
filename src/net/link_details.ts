import { Errno } from "../../ffi/errno.ts";
import { type Attributes, nested, readString, readU32, scanAttributes, textAt } from "./attributes.ts";
import { string, u32 } from "./encode.ts";
import { readMac } from "./ip.ts";
import { findLink, ifinfomsg, type Link, readLink } from "./links.ts";
import type { Message } from "./messages.ts";
import { type Netlink, Rtm } from "./netlink.ts";
import { attempt, type Change } from "./rtnetlink.ts";
import { defined, readU8 } from "./values.ts";

/** Attributes of a link message (linux/if_link.h) that a pod's start does not need. */
export const Ifla = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  MASTER: 10,
  TXQLEN: 13,
  OPERSTATE: 16,
  LINKINFO: 18,
  IFALIAS: 20,
  GROUP: 27,
  NET_NS_FD: 28,
  PROP_LIST: 52,
  ALT_IFNAME: 53,
} as const;
/** Attributes in IFLA_LINKINFO. */
export const LinkInfo = { KIND: 1, DATA: 2, SLAVE_KIND: 4, SLAVE_DATA: 5 } as const;
/** Attributes of a bridge's port (IFLA_BRPORT_*). */
export const BridgePort = {
  HAIRPIN: 4,
  LEARNING: 8,
  UNICAST_FLOOD: 9,
  NEIGH_SUPPRESS: 32,
  ISOLATED: 33,
} as const;
/** Attributes of a bridge (IFLA_BR_*). */
export const Bridge = { STP_STATE: 5, MULTICAST_SNOOPING: 23 } as const;

/** Operational states (RFC 2863), by the kernel's numbers. */
const OPERSTATES = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"] as const;
/** An operational state. Interfaces without a carrier of their own, as `lo`, stay `unknown`. */
export type OperState = (typeof OPERSTATES)[number];

const IFF_UP = 1;

/** How a bridge treats one of its ports. */
export interface PortSettings {
  /** Sends a frame back out of the port that it came in by. */
  readonly hairpin?: boolean;
  /** Learns addresses from the port's frames. */
  readonly learning?: boolean;
  /** Sends frames with unknown destinations to the port. */
  readonly flood?: boolean;
  /** Passes no frames between this port and other isolated ones. */
  readonly isolated?: boolean;
  /** Answers ARP and ND for known neighbours instead of the port. */
  readonly suppressNeighbours?: boolean;
}

/** An interface with what a bridge or a CNI needs to know. */
export interface LinkDetails extends Link {
  readonly mac: string | undefined;
  /** Whether it is set up; whether it can send is the operational state's matter. */
  readonly isUp: boolean;
  readonly operState: OperState;
  /** The index of the bridge that it is a port of. */
  readonly master: number | undefined;
  readonly alias: string | undefined;
  readonly alternativeNames: readonly string[];
  readonly group: number;
  readonly txQueueLength: number | undefined;
  /** Of a bridge's port. */
  readonly port: PortSettings | undefined;
}

/** Reads RTM_NEWLINK or RTM_DELLINK. */
export function readLinkDetails(message: Message): LinkDetails {
  const { header, attributes } = message;
  const info = nested(attributes, Ifla.LINKINFO);
  const alias = readString(attributes, Ifla.IFALIAS);
  return {
    ...readLink(message),
    mac: readMac(attributes, Ifla.ADDRESS),
    isUp: (header.getUint32(8, true) & IFF_UP) !== 0,
    operState: OPERSTATES[readU8(attributes, Ifla.OPERSTATE) ?? 0] ?? "unknown",
    master: readU32(attributes, Ifla.MASTER),
    alias: alias === "" ? undefined : alias,
    alternativeNames: readNames(attributes.get(Ifla.PROP_LIST)),
    group: readU32(attributes, Ifla.GROUP) ?? 0,
    txQueueLength: readU32(attributes, Ifla.TXQLEN),
    port: readString(info, LinkInfo.SLAVE_KIND) === "bridge"
      ? readPort(nested(info, LinkInfo.SLAVE_DATA))
      : undefined,
  };
}

/** All names in a list: they have one attribute type. */
function readNames(list: DataView | undefined): string[] {
  const names: string[] = [];
  if (list === undefined) return names;
  scanAttributes(list, 0, list.byteLength, (type, at, length) => {
    if (type === Ifla.ALT_IFNAME) names.push(textAt(list, at, length));
  });
  return names;
}

function readPort(port: Attributes): PortSettings {
  const flag = (type: number): boolean | undefined => {
    const value = readU8(port, type);
    return value === undefined ? undefined : value !== 0;
  };
  return defined<PortSettings>({
    hairpin: flag(BridgePort.HAIRPIN),
    learning: flag(BridgePort.LEARNING),
    flood: flag(BridgePort.UNICAST_FLOOD),
    isolated: flag(BridgePort.ISOLATED),
    suppressNeighbours: flag(BridgePort.NEIGH_SUPPRESS),
  });
}

/**
 * The details of the interface with a name or an index.
 *
 * @returns null if there is none.
 * @throws {NativeError}
 */
export function linkDetails(netlink: Netlink, which: string | number): LinkDetails | null {
  return typeof which === "number"
    ? findLink(netlink, `describe interface ${which}`, { index: which }, readLinkDetails)
    : findLink(
      netlink,
      `describe interface "${which}"`,
      { attributes: [[Ifla.IFNAME, string(which)]] },
      readLinkDetails,
    );
}

/** Which interfaces to list; all if empty. */
export interface LinkFilter {
  readonly kind?: string;
  /** The index of a bridge: lists its ports. */
  readonly master?: number;
}

/** The interfaces in the socket's namespace. @throws {NativeError} */
export function listLinks(netlink: Netlink, { kind, master }: LinkFilter = {}): LinkDetails[] {
  const found: LinkDetails[] = [];
  // The kernel filters by itself; ENODEV: no interface can have that master.
  attempt([Errno.ENODEV], () => {
    found.push(...netlink.dump({
      what: "list the interfaces",
      type: Rtm.GETLINK,
      header: ifinfomsg(0),
      attributes: [
        ...master === undefined ? [] : [[Ifla.MASTER, u32(master)] as const],
        ...kind === undefined ? [] : [[Ifla.LINKINFO, [[LinkInfo.KIND, string(kind)]]] as const],
      ],
    }, (message) => {
      const link = readLinkDetails(message);
      const isWanted = (kind === undefined || link.kind === kind) &&
        (master === undefined || link.master === master);
      return isWanted ? link : null;
    }));
  });
  return found;
}

/** A change of an interface. */
export interface LinkEvent {
  readonly about: "link";
  readonly change: Change;
  readonly link: LinkDetails;
}

/** The change that a message of the group LINK reports; null for any other message. */
export function linkEvent(message: Message): LinkEvent | null {
  if (message.type !== Rtm.NEWLINK && message.type !== Rtm.DELLINK) return null;
  const change = message.type === Rtm.NEWLINK ? "new" : "deleted";
  return message.header.getUint8(0) === AF_UNSPEC
    ? { about: "link", change, link: readLinkDetails(message) }
    : null;
}

/** Bridges and IPv6 report by the same types, of other families and with fewer attributes. */
const AF_UNSPEC = 0;
