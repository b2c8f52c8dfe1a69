import { Errno } from "../../ffi/errno.ts";
import { type Attribute, encodeMessage, string, u32 } from "./encode.ts";
import { parseMac } from "./ip.ts";
import { Bridge, BridgePort, Ifla, LinkInfo, type PortSettings } from "./link_details.ts";
import { ifinfomsg } from "./links.ts";
import { HEADER } from "./messages.ts";
import { Flag, type Netlink, Rtm } from "./netlink.ts";
import type { NetNs } from "./netns.ts";
import { attempt, RtnlType } from "./rtnetlink.ts";
import { u8 } from "./values.ts";

/** Settings of an interface; absent ones are not changed. */
export interface LinkSettings {
  readonly name?: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** At most 255 bytes of text. */
  readonly alias?: string;
  /** The index of a bridge; 0 for none. */
  readonly master?: number;
  readonly isUp?: boolean;
  readonly txQueueLength?: number;
  readonly group?: number;
  /** The namespace to move it to, or to make it in. */
  readonly netns?: NetNs;
}

/** An interface to make. The kernel takes no alias then. */
export interface LinkSpec extends Omit<LinkSettings, "alias"> {
  readonly name: string;
}

/** The peer of a veth that is to be made: the kernel sets it up, and makes it a port, only once it exists. */
export type VethPeer = Omit<LinkSpec, "master" | "isUp">;

/** Settings of a bridge. */
export interface BridgeSettings {
  readonly stp?: boolean;
  readonly multicastSnooping?: boolean;
}

const IFF_UP = 1;
const VETH_INFO_PEER = 1;

function headerOf(index: number, { isUp }: LinkSettings): Uint8Array<ArrayBuffer> {
  const header = new DataView(ifinfomsg(index).buffer);
  if (isUp !== undefined) {
    header.setUint32(8, isUp ? IFF_UP : 0, true);
    header.setUint32(12, IFF_UP, true); // the flags that the message changes
  }
  return new Uint8Array(header.buffer);
}

function attributesOf(settings: LinkSettings): Attribute[] {
  const { name, mac, mtu, alias, master, txQueueLength, group, netns } = settings;
  const attributes: Attribute[] = [];
  if (name !== undefined) attributes.push([Ifla.IFNAME, string(name)]);
  if (mac !== undefined) attributes.push([Ifla.ADDRESS, parseMac(mac)]);
  if (mtu !== undefined) attributes.push([Ifla.MTU, u32(mtu)]);
  if (alias !== undefined) attributes.push([Ifla.IFALIAS, string(alias)]);
  if (master !== undefined) attributes.push([Ifla.MASTER, u32(master)]);
  if (txQueueLength !== undefined) attributes.push([Ifla.TXQLEN, u32(txQueueLength)]);
  if (group !== undefined) attributes.push([Ifla.GROUP, u32(group)]);
  if (netns !== undefined) attributes.push([Ifla.NET_NS_FD, u32(netns.fd)]);
  return attributes;
}

/** Changes an interface. @throws {NativeError} ENODEV if it is gone. */
export function setLink(netlink: Netlink, index: number, settings: LinkSettings): void {
  netlink.request({
    what: `set ${Object.keys(settings).join(", ")} of interface ${index}`,
    type: Rtm.NEWLINK,
    header: headerOf(index, settings),
    attributes: attributesOf(settings),
  });
}

/**
 * Adds an interface of a kind, for example `dummy`.
 *
 * @param data Attributes of the kind (IFLA_INFO_DATA).
 * @throws {NativeError} EEXIST if the name is taken; EOPNOTSUPP if the kernel lacks the kind.
 */
export function addLink(
  netlink: Netlink,
  kind: string,
  spec: LinkSpec,
  data: readonly Attribute[] = [],
): void {
  const info: Attribute[] = [[LinkInfo.KIND, string(kind)]];
  if (data.length > 0) info.push([LinkInfo.DATA, data]);
  netlink.request({
    what: `add ${kind} "${spec.name}"`,
    type: Rtm.NEWLINK,
    flags: Flag.CREATE | Flag.EXCL,
    header: headerOf(0, spec),
    attributes: [...attributesOf(spec), [Ifla.LINKINFO, info]],
  });
}

/**
 * Adds a veth pair: each end in the socket's namespace, or in its own `netns`. Both are there at once, or
 * neither.
 *
 * @throws {NativeError} EEXIST if a name is taken.
 */
export function addVeth(netlink: Netlink, spec: LinkSpec, peer: VethPeer): void {
  const message = { what: `add veth "${peer.name}"`, type: 0, header: headerOf(0, peer) };
  // The peer is a message of its own inside an attribute, without the outer header.
  const inner = encodeMessage({ ...message, attributes: attributesOf(peer) }, 0).slice(HEADER);
  addLink(netlink, "veth", spec, [[VETH_INFO_PEER, inner]]);
}

/** Adds a bridge. @throws {NativeError} EEXIST if the name is taken. */
export function addBridge(netlink: Netlink, spec: LinkSpec, settings: BridgeSettings = {}): void {
  addLink(netlink, "bridge", spec, bridgeData(settings));
}

function bridgeData({ stp, multicastSnooping }: BridgeSettings): Attribute[] {
  const data: Attribute[] = [];
  if (stp !== undefined) data.push([Bridge.STP_STATE, u32(stp ? 1 : 0)]);
  if (multicastSnooping !== undefined) data.push([Bridge.MULTICAST_SNOOPING, flag(multicastSnooping)]);
  return data;
}

const flag = (isSet: boolean): Uint8Array<ArrayBuffer> => u8(isSet ? 1 : 0);

/**
 * Changes how its bridge treats a port.
 *
 * @throws {NativeError} EOPNOTSUPP if the interface is not a bridge's port.
 */
export function setPort(netlink: Netlink, index: number, settings: PortSettings): void {
  const { hairpin, learning, flood, isolated, suppressNeighbours } = settings;
  const data: Attribute[] = [];
  if (hairpin !== undefined) data.push([BridgePort.HAIRPIN, flag(hairpin)]);
  if (learning !== undefined) data.push([BridgePort.LEARNING, flag(learning)]);
  if (flood !== undefined) data.push([BridgePort.UNICAST_FLOOD, flag(flood)]);
  if (isolated !== undefined) data.push([BridgePort.ISOLATED, flag(isolated)]);
  if (suppressNeighbours !== undefined) data.push([BridgePort.NEIGH_SUPPRESS, flag(suppressNeighbours)]);
  netlink.request({
    what: `set ${Object.keys(settings).join(", ")} of bridge port ${index}`,
    type: Rtm.NEWLINK,
    header: ifinfomsg(index),
    attributes: [[Ifla.LINKINFO, [[LinkInfo.SLAVE_KIND, string("bridge")], [LinkInfo.SLAVE_DATA, data]]]],
  });
}

/**
 * Gives an interface a further name, of up to 127 bytes.
 *
 * @returns Whether it is new.
 * @throws {NativeError}
 */
export function addAlternativeName(netlink: Netlink, index: number, name: string): boolean {
  return attempt([Errno.EEXIST], () =>
    netlink.request({
      what: `name interface ${index} "${name}", too`,
      type: RtnlType.NEWLINKPROP,
      flags: Flag.CREATE | Flag.EXCL,
      header: ifinfomsg(index),
      attributes: [[Ifla.PROP_LIST, [[Ifla.ALT_IFNAME, string(name)]]]],
    }));
}
