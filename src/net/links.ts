import { NativeError } from "../../ffi/native.ts";
import { Errno } from "../../ffi/errno.ts";
import { nested, readI32, readString, readU32 } from "./attributes.ts";
import { type Attribute, string, u32 } from "./encode.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink, Rtm } from "./netlink.ts";
import type { NetNs } from "./netns.ts";

/** A network interface, as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `veth`, `ifb`, `netkit`, …; empty for hardware. */
  readonly kind: string;
  /** The index of a veth's peer in the namespace that `peerNsid` names. */
  readonly peerIndex: number | undefined;
  /** The id by which this namespace knows the peer's namespace; undefined if both ends are in this one. */
  readonly peerNsid: number | undefined;
  readonly mtu: number;
  /** The largest GSO packet that the stack passes to the interface, in bytes. */
  readonly gsoMaxSize: number;
}

const IFINFOMSG = 16;
const Ifla = {
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  LINKINFO: 18,
  STATS64: 23,
  LINK_NETNSID: 37,
  GSO_MAX_SIZE: 41,
} as const;
const INFO_KIND = 1;
const GSO_LEGACY_MAX_SIZE = 65536;
const DEFAULT_MTU = 1500;

/** The fixed part of a link message (struct ifinfomsg). */
export function ifinfomsg(index: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(IFINFOMSG));
  header.setInt32(4, index, true);
  return new Uint8Array(header.buffer);
}

/** Reads RTM_NEWLINK. */
export function readLink({ header, attributes }: Message): Link {
  return {
    index: header.getInt32(4, true),
    name: readString(attributes, Ifla.IFNAME),
    kind: readString(nested(attributes, Ifla.LINKINFO), INFO_KIND),
    peerIndex: readI32(attributes, Ifla.LINK),
    peerNsid: readI32(attributes, Ifla.LINK_NETNSID),
    mtu: readU32(attributes, Ifla.MTU) ?? DEFAULT_MTU,
    gsoMaxSize: readU32(attributes, Ifla.GSO_MAX_SIZE) ?? GSO_LEGACY_MAX_SIZE,
  };
}

/** What `read` makes of an interface. @returns null if there is no such interface. @throws {NativeError} */
export function findLink<T>(
  netlink: Netlink,
  what: string,
  { index = 0, attributes = [] }: { index?: number; attributes?: readonly Attribute[] },
  read: (message: Message) => T | null,
): T | null {
  let found: T | null = null;
  try {
    netlink.request({ what, type: Rtm.GETLINK, header: ifinfomsg(index), attributes }, (message) => {
      found = read(message);
    });
  } catch (error) {
    if (error instanceof NativeError && error.code === Errno.ENODEV) return null;
    throw error;
  }
  return found;
}

/** The interface of that name, or null. @throws {NativeError} */
export function linkByName(netlink: Netlink, name: string): Link | null {
  const attributes = [[Ifla.IFNAME, string(name)]] as const;
  return findLink(netlink, `find interface "${name}"`, { attributes }, readLink);
}

/** The interface of that index, or null. @throws {NativeError} */
export function linkByIndex(netlink: Netlink, index: number): Link | null {
  return findLink(netlink, `find interface ${index}`, { index }, readLink);
}

/** Byte counters of an interface. A GSO packet counts as one packet, its headers once. */
export interface LinkStats {
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
}

/** The counters of an interface. @returns null if the interface is gone. @throws {NativeError} */
export function linkStats(netlink: Netlink, index: number): LinkStats | null {
  return findLink(netlink, `read the counters of interface ${index}`, { index }, ({ attributes }) => {
    // struct rtnl_link_stats64: rx_packets, tx_packets, rx_bytes, tx_bytes, …
    const value = attributes.get(Ifla.STATS64);
    if (value === undefined || value.byteLength < 32) return null;
    return { rxBytes: value.getBigUint64(16, true), txBytes: value.getBigUint64(24, true) };
  });
}

/**
 * Limits the GSO packets that the stack passes to an interface. Kernels from 6.3 on apply the limit to IPv4
 * and IPv6 alike.
 *
 * @param bytes At most 65536 here.
 * @throws {NativeError}
 */
export function setGsoMaxSize(netlink: Netlink, link: Link, bytes: number): void {
  netlink.request({
    what: `limit GSO on "${link.name}" to ${bytes} bytes`,
    type: Rtm.NEWLINK,
    header: ifinfomsg(link.index),
    attributes: [[Ifla.GSO_MAX_SIZE, u32(bytes)]],
  });
}

const IFF_UP = 1;

/** Adds an ifb and sets it up. @throws {NativeError} */
export function addIfb(netlink: Netlink, name: string): void {
  const header = new DataView(ifinfomsg(0).buffer);
  header.setUint32(8, IFF_UP, true);
  header.setUint32(12, IFF_UP, true); // the flags that the message changes
  netlink.request({
    what: `add ifb "${name}"`,
    type: Rtm.NEWLINK,
    flags: Flag.CREATE | Flag.EXCL,
    header: new Uint8Array(header.buffer),
    attributes: [[Ifla.IFNAME, string(name)], [Ifla.LINKINFO, [[INFO_KIND, string("ifb")]]]],
  });
}

/** Deletes an interface. @throws {NativeError} */
export function deleteLink(netlink: Netlink, { index, name }: Pick<Link, "index" | "name">): void {
  netlink.request({ what: `delete interface "${name}"`, type: Rtm.DELLINK, header: ifinfomsg(index) });
}

const NETNSA_NSID = 1;
const NETNSA_FD = 3;
const RTGENMSG = 4; // one byte, padded

/**
 * The id by which the socket's namespace knows another namespace.
 *
 * @returns null if it has no id for it.
 * @throws {NativeError}
 */
export function nsidOf(netlink: Netlink, netns: NetNs): number | null {
  let id = -1;
  netlink.request({
    what: `ask for the id of network namespace "${netns.path}"`,
    type: Rtm.GETNSID,
    header: new Uint8Array(RTGENMSG),
    attributes: [[NETNSA_FD, u32(netns.fd)]],
  }, ({ attributes }) => {
    id = readI32(attributes, NETNSA_NSID) ?? -1;
  });
  return id < 0 ? null : id;
}
