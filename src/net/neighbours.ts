import { Errno } from "../../ffi/errno.ts";
import { readU32 } from "./attributes.ts";
import { type Attribute, u32 } from "./encode.ts";
import { Af, afOf, familyOf, IP_FAMILIES, type IpFamily, parseAddress, parseMac } from "./ip.ts";
import { readAddress, readMac } from "./ip.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { attempt, type Change, RtnlType } from "./rtnetlink.ts";
import { defined, readU16, u16 } from "./values.ts";

/** States of a neighbour (NUD_*). */
const STATES = {
  incomplete: 1,
  reachable: 2,
  stale: 4,
  delay: 8,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const;
/** The state of a neighbour; `none` for a new entry. */
export type NeighbourState = keyof typeof STATES | "none";

/** An entry of the ARP or ND table. */
export interface Neighbour {
  /** The interface's index. */
  readonly index: number;
  readonly address: string;
  /** The link-layer address; an entry without one is not resolved, or a proxy. */
  readonly mac?: string;
  /** Permanent by default. */
  readonly state?: NeighbourState;
  /** Whether this machine answers ARP and ND for the address. */
  readonly isProxy?: boolean;
  readonly isRouter?: boolean;
}

/** An entry of a bridge's forwarding table. */
export interface FdbEntry {
  /** The port's index, or the bridge's own. */
  readonly index: number;
  readonly mac: string;
  readonly vlan?: number;
  /** Permanent entries are the bridge's own addresses; `noarp` are static ones. */
  readonly state?: NeighbourState;
}

const NDMSG = 12;
const Nda = { DST: 1, LLADDR: 2, VLAN: 5, MASTER: 9 } as const;
const NtfFlag = { MASTER: 4, PROXY: 8, ROUTER: 0x80 } as const;

function ndmsg(family: number, index: number, state: number, flags: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(NDMSG));
  header.setUint8(0, family);
  header.setInt32(4, index, true);
  header.setUint16(8, state, true);
  header.setUint8(10, flags);
  return new Uint8Array(header.buffer);
}

const numberOf = (state: NeighbourState): number => state === "none" ? 0 : STATES[state];

function stateOf(number: number): NeighbourState {
  const [name] = Object.entries(STATES).find(([, bit]) => (number & bit) !== 0) ?? [];
  return (name ?? "none") as NeighbourState;
}

function send(netlink: Netlink, verb: string, type: number, flags: number, neighbour: Neighbour): void {
  const { index, address, mac, state = "permanent", isProxy, isRouter } = neighbour;
  const attributes: Attribute[] = [[Nda.DST, parseAddress(address)]];
  if (mac !== undefined) attributes.push([Nda.LLADDR, parseMac(mac)]);
  const ntf = (isProxy ? NtfFlag.PROXY : 0) | (isRouter ? NtfFlag.ROUTER : 0);
  netlink.request({
    what: `${verb} neighbour ${address} of interface ${index}`,
    type,
    flags,
    header: ndmsg(afOf(familyOf(address)), index, numberOf(state), ntf),
    attributes,
  });
}

/** Adds an entry. @throws {NativeError} EEXIST if there is one, except for a proxy. */
export function addNeighbour(netlink: Netlink, neighbour: Neighbour): void {
  send(netlink, "add", RtnlType.NEWNEIGH, Flag.CREATE | Flag.EXCL, neighbour);
}

/** Adds an entry, or changes the present one. @throws {NativeError} */
export function replaceNeighbour(netlink: Netlink, neighbour: Neighbour): void {
  send(netlink, "replace", RtnlType.NEWNEIGH, Flag.CREATE | Flag.REPLACE, neighbour);
}

/**
 * Deletes an entry; a proxy only if `isProxy` is set.
 *
 * @returns Whether it was there.
 * @throws {NativeError}
 */
export function deleteNeighbour(netlink: Netlink, neighbour: Neighbour): boolean {
  return attempt(
    [Errno.ENOENT, Errno.ENODEV],
    () => send(netlink, "delete", RtnlType.DELNEIGH, 0, neighbour),
  );
}

/** Which entries to list; all if empty. */
export interface NeighbourFilter {
  readonly family?: IpFamily;
  readonly index?: number;
  /** Lists the addresses that this machine answers for, instead of the neighbours. */
  readonly isProxy?: boolean;
}

/** The neighbours in the socket's namespace. @throws {NativeError} */
export function listNeighbours(netlink: Netlink, filter: NeighbourFilter = {}): Neighbour[] {
  const { family, index, isProxy = false } = filter;
  const families = family === undefined ? IP_FAMILIES : [family];
  return families.flatMap((family) =>
    netlink.dump({
      what: `list the ${family} neighbours`,
      type: RtnlType.GETNEIGH,
      header: ndmsg(afOf(family), 0, 0, isProxy ? NtfFlag.PROXY : 0),
    }, (message) => {
      const found = readNeighbour(message);
      return found === null || (index !== undefined && found.index !== index) ? null : found;
    })
  );
}

/** Reads RTM_NEWNEIGH or RTM_DELNEIGH. @returns null if it is not about an IP address. */
export function readNeighbour({ header, attributes }: Message): Neighbour | null {
  const address = readAddress(attributes, Nda.DST);
  if (address === undefined || afOf(familyOf(address)) !== header.getUint8(0)) return null;
  const flags = header.getUint8(10);
  return defined<Neighbour>({
    index: header.getInt32(4, true),
    address,
    mac: readMac(attributes, Nda.LLADDR),
    state: stateOf(header.getUint16(8, true)),
    isProxy: (flags & NtfFlag.PROXY) !== 0 || undefined,
    isRouter: (flags & NtfFlag.ROUTER) !== 0 || undefined,
  });
}

function sendFdb(netlink: Netlink, verb: string, type: number, flags: number, entry: FdbEntry): void {
  const { index, mac, vlan, state = "noarp" } = entry;
  const attributes: Attribute[] = [[Nda.LLADDR, parseMac(mac)]];
  if (vlan !== undefined) attributes.push([Nda.VLAN, u16(vlan)]);
  netlink.request({
    what: `${verb} ${mac} at bridge port ${index}`,
    type,
    flags,
    header: ndmsg(Af.BRIDGE, index, numberOf(state), NtfFlag.MASTER),
    attributes,
  });
}

/**
 * Adds an entry to the forwarding table of a port's bridge, or changes the present one.
 *
 * @throws {NativeError}
 */
export function replaceFdbEntry(netlink: Netlink, entry: FdbEntry): void {
  sendFdb(netlink, "put", RtnlType.NEWNEIGH, Flag.CREATE | Flag.REPLACE, entry);
}

/** Deletes an entry of a forwarding table. @returns Whether it was there. @throws {NativeError} */
export function deleteFdbEntry(netlink: Netlink, entry: FdbEntry): boolean {
  const codes = [Errno.ENOENT, Errno.ENODEV];
  return attempt(codes, () => sendFdb(netlink, "delete", RtnlType.DELNEIGH, 0, entry));
}

/** The forwarding table of a bridge. @throws {NativeError} */
export function listFdb(netlink: Netlink, bridge: number): FdbEntry[] {
  return netlink.dump({
    what: `list the forwarding table of bridge ${bridge}`,
    type: RtnlType.GETNEIGH,
    header: ndmsg(Af.BRIDGE, 0, 0, 0),
    attributes: [[Nda.MASTER, u32(bridge)]],
  }, ({ header, attributes }) => {
    const mac = readMac(attributes, Nda.LLADDR);
    if (header.getUint8(0) !== Af.BRIDGE || readU32(attributes, Nda.MASTER) !== bridge || mac === undefined) {
      return null;
    }
    return defined<FdbEntry>({
      index: header.getInt32(4, true),
      mac,
      vlan: readU16(attributes, Nda.VLAN),
      state: stateOf(header.getUint16(8, true)),
    });
  });
}

/** A change of a neighbour. */
export interface NeighbourEvent {
  readonly about: "neighbour";
  readonly change: Change;
  readonly neighbour: Neighbour;
}

/** The change that a message of the group NEIGH reports; null for any other message. */
export function neighbourEvent(message: Message): NeighbourEvent | null {
  if (message.type !== RtnlType.NEWNEIGH && message.type !== RtnlType.DELNEIGH) return null;
  const neighbour = readNeighbour(message);
  const change = message.type === RtnlType.NEWNEIGH ? "new" : "deleted";
  return neighbour === null ? null : { about: "neighbour", change, neighbour };
}
