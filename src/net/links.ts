import { NativeError } from "../../ffi/native.ts";
import { Errno } from "../../ffi/errno.ts";
import { nested, readI32, readString, readU32 } from "./attributes.ts";
import { type Attribute, Flag, type Message, type Netlink, Rtm, string, u32 } from "./netlink.ts";
import type { NetNs } from "./netns.ts";

/** A network interface, as the kernel describes it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `veth`, `ifb`, `netkit`, …; empty for hardware. */
  readonly kind: string;
  /** A veth's other end: its index in the namespace that `peerNsid` names. */
  readonly peerIndex: number | undefined;
  /** The id by which this namespace knows the peer's; undefined if it is this one. */
  readonly peerNsid: number | undefined;
  readonly mtu: number;
  /** Bytes of the largest GSO packet that is handed to it. */
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

function ifinfomsg(index: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(IFINFOMSG));
  header.setInt32(4, index, true);
  return new Uint8Array(header.buffer);
}

function readLink({ header, attributes }: Message): Link {
  return {
    index: header.getInt32(4, true),
    name: readString(attributes, Ifla.IFNAME),
    kind: readString(nested(attributes, Ifla.LINKINFO), INFO_KIND),
    peerIndex: readI32(attributes, Ifla.LINK),
    peerNsid: readI32(attributes, Ifla.LINK_NETNSID),
    mtu: readU32(attributes, Ifla.MTU) ?? 1500,
    gsoMaxSize: readU32(attributes, Ifla.GSO_MAX_SIZE) ?? GSO_LEGACY_MAX_SIZE,
  };
}

function findLink(netlink: Netlink, what: string, index: number, attributes: Attribute[]): Link | null {
  let link: Link | null = null;
  try {
    netlink.request({ what, type: Rtm.GETLINK, header: ifinfomsg(index), attributes }, (message) => {
      link = readLink(message);
    });
  } catch (error) {
    if (error instanceof NativeError && error.code === Errno.ENODEV) return null;
    throw error;
  }
  return link;
}

/** The interface of that name, or null. @throws {NativeError} */
export function linkByName(netlink: Netlink, name: string): Link | null {
  return findLink(netlink, `find interface "${name}"`, 0, [[Ifla.IFNAME, string(name)]]);
}

/** The interface of that index, or null. @throws {NativeError} */
export function linkByIndex(netlink: Netlink, index: number): Link | null {
  return findLink(netlink, `find interface ${index}`, index, []);
}

/** What an interface counted since it is there. A GSO packet is one packet, and its headers count once. */
export interface LinkStats {
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
}

/** What an interface counted. @returns null if it is gone. @throws {NativeError} */
export function linkStats(netlink: Netlink, index: number): LinkStats | null {
  let stats: LinkStats | null = null;
  try {
    const what = `read the counters of interface ${index}`;
    netlink.request({ what, type: Rtm.GETLINK, header: ifinfomsg(index) }, ({ attributes }) => {
      const value = attributes.get(Ifla.STATS64); // struct rtnl_link_stats64: rx_packets, tx_packets, rx_bytes, tx_bytes, …
      if (value === undefined || value.byteLength < 32) return;
      stats = { rxBytes: value.getBigUint64(16, true), txBytes: value.getBigUint64(24, true) };
    });
  } catch (error) {
    if (error instanceof NativeError && error.code === Errno.ENODEV) return null;
    throw error;
  }
  return stats;
}

/**
 * Limits the GSO packets that the stack hands to an interface. Kernels from 6.3 on apply it to IPv4 and IPv6 alike.
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

/** Makes an ifb and brings it up. @throws {NativeError} */
export function addIfb(netlink: Netlink, name: string): void {
  const header = new DataView(ifinfomsg(0).buffer);
  header.setUint32(8, IFF_UP, true);
  header.setUint32(12, IFF_UP, true); // which of the flags are meant
  netlink.request({
    what: `add ifb "${name}"`,
    type: Rtm.NEWLINK,
    flags: Flag.CREATE | Flag.EXCL,
    header: new Uint8Array(header.buffer),
    attributes: [[Ifla.IFNAME, string(name)], [Ifla.LINKINFO, [[INFO_KIND, string("ifb")]]]],
  });
}

/** Deletes an interface. @throws {NativeError} */
export function deleteLink(netlink: Netlink, { index, name }: Link): void {
  netlink.request({ what: `delete interface "${name}"`, type: Rtm.DELLINK, header: ifinfomsg(index) });
}

const NETNSA_NSID = 1;
const NETNSA_FD = 3;
const RTGENMSG = 4; // one byte, padded

/**
 * The id by which the socket's namespace knows another.
 *
 * @returns null if it has none for it.
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
