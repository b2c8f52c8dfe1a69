import { Errno } from "../../ffi/errno.ts";
import { type Attributes, readString, readU32 } from "./attributes.ts";
import { type Attribute, string, u32 } from "./encode.ts";
import { Af, afOf, bitsOf, familyOf, type IpFamily, parseAddress, readAddress } from "./ip.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { attempt, type Change, RtnlType, Scope } from "./rtnetlink.ts";
import { defined } from "./values.ts";

/** An address of an interface. */
export interface InterfaceAddress {
  /** The interface's index. */
  readonly index: number;
  readonly address: string;
  readonly prefixLength: number;
  /** The other end of a point-to-point link; the prefix length is that address's then. */
  readonly peer?: string;
  readonly broadcast?: string;
  /** IPv4 only: a name that begins with the interface's. */
  readonly label?: string;
  /** One of {@linkcode Scope}; global by default. */
  readonly scope?: number;
  /** IPv6: usable at once, without duplicate address detection. */
  readonly noDad?: boolean;
  /** Without the route to its prefix that the kernel adds otherwise. */
  readonly noPrefixRoute?: boolean;
  /** Seconds from now; for ever if absent. */
  readonly preferredLifetime?: number;
  readonly validLifetime?: number;
}

/** An address, as the kernel describes it. */
export interface AddressState extends InterfaceAddress {
  readonly scope: number;
  /** Duplicate address detection has not ended yet; the address does not work. */
  readonly isTentative: boolean;
  /** Duplicate address detection found the address elsewhere; the address does not work. */
  readonly isDuplicate: boolean;
  readonly isSecondary: boolean;
}

const IFADDRMSG = 8;
const Ifa = { ADDRESS: 1, LOCAL: 2, LABEL: 3, BROADCAST: 4, CACHEINFO: 6, FLAGS: 8 } as const;
const IfaFlag = { SECONDARY: 1, NODAD: 2, DADFAILED: 8, TENTATIVE: 0x40, NOPREFIXROUTE: 0x200 } as const;
const CACHEINFO = 16; // struct ifa_cacheinfo: preferred, valid, created, updated
const FOREVER = 0xffffffff;

function ifaddrmsg(
  family: number,
  prefixLength: number,
  scope: number,
  index: number,
): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(IFADDRMSG));
  header.setUint8(0, family);
  header.setUint8(1, prefixLength);
  header.setUint8(3, scope);
  header.setUint32(4, index, true);
  return new Uint8Array(header.buffer);
}

function attributesOf(spec: InterfaceAddress): Attribute[] {
  const { address, peer, broadcast, label, noDad, noPrefixRoute } = spec;
  const flags = (noDad ? IfaFlag.NODAD : 0) | (noPrefixRoute ? IfaFlag.NOPREFIXROUTE : 0);
  const attributes: Attribute[] = [
    [Ifa.LOCAL, parseAddress(address)],
    [Ifa.ADDRESS, parseAddress(peer ?? address)],
  ];
  if (broadcast !== undefined) attributes.push([Ifa.BROADCAST, parseAddress(broadcast)]);
  if (label !== undefined) attributes.push([Ifa.LABEL, string(label)]);
  if (flags !== 0) attributes.push([Ifa.FLAGS, u32(flags)]);
  if (spec.validLifetime !== undefined || spec.preferredLifetime !== undefined) {
    const info = new DataView(new ArrayBuffer(CACHEINFO));
    info.setUint32(0, spec.preferredLifetime ?? spec.validLifetime ?? FOREVER, true);
    info.setUint32(4, spec.validLifetime ?? FOREVER, true);
    attributes.push([Ifa.CACHEINFO, new Uint8Array(info.buffer)]);
  }
  return attributes;
}

function send(netlink: Netlink, verb: string, type: number, flags: number, spec: InterfaceAddress): void {
  const { index, address, prefixLength, peer = address, scope = Scope.GLOBAL } = spec;
  const family = familyOf(address);
  const what = `${verb} address ${address}/${prefixLength} of interface ${index}`;
  if (familyOf(peer) !== family || prefixLength > bitsOf(family)) {
    throw new Error(`Cannot ${what}: it is not one`);
  }
  netlink.request({
    what,
    type,
    flags,
    header: ifaddrmsg(afOf(family), prefixLength, scope, index),
    attributes: attributesOf(spec),
  });
}

/** Adds an address. @throws {NativeError} EEXIST if the interface has it. */
export function addAddress(netlink: Netlink, spec: InterfaceAddress): void {
  send(netlink, "add", RtnlType.NEWADDR, Flag.CREATE | Flag.EXCL, spec);
}

/** Adds an address, or changes the lifetimes and flags of the present one. @throws {NativeError} */
export function replaceAddress(netlink: Netlink, spec: InterfaceAddress): void {
  send(netlink, "replace", RtnlType.NEWADDR, Flag.CREATE | Flag.REPLACE, spec);
}

/** Deletes an address. @returns Whether it was there. @throws {NativeError} */
export function deleteAddress(netlink: Netlink, spec: InterfaceAddress): boolean {
  return attempt(
    [Errno.EADDRNOTAVAIL, Errno.ENODEV],
    () => send(netlink, "delete", RtnlType.DELADDR, 0, spec),
  );
}

/** Which addresses to list; all if empty. */
export interface AddressFilter {
  readonly family?: IpFamily;
  /** An interface's index. */
  readonly index?: number;
}

/** The addresses in the socket's namespace. @throws {NativeError} */
export function listAddresses(netlink: Netlink, { family, index }: AddressFilter = {}): AddressState[] {
  const af = family === undefined ? Af.UNSPEC : afOf(family);
  // A strict socket gets the addresses of that interface only, and ENODEV if there is no such interface.
  const found: AddressState[] = [];
  attempt([Errno.ENODEV], () => {
    found.push(...netlink.dump({
      what: "list the addresses",
      type: RtnlType.GETADDR,
      header: ifaddrmsg(af, 0, 0, index ?? 0),
    }, (message) => {
      const address = readInterfaceAddress(message);
      return address === null || (index !== undefined && address.index !== index) ? null : address;
    }));
  });
  return found;
}

/** Reads RTM_NEWADDR or RTM_DELADDR. @returns null if it is not about an IP address. */
export function readInterfaceAddress({ header, attributes }: Message): AddressState | null {
  const family = header.getUint8(0);
  const local = readAddress(attributes, Ifa.LOCAL);
  const other = readAddress(attributes, Ifa.ADDRESS);
  const address = local ?? other;
  if (address === undefined || afOf(familyOf(address)) !== family) return null;
  const flags = readU32(attributes, Ifa.FLAGS) ?? header.getUint8(2);
  const label = readString(attributes, Ifa.LABEL);
  return defined<AddressState>({
    index: header.getUint32(4, true),
    address,
    prefixLength: header.getUint8(1),
    peer: other === address ? undefined : other,
    broadcast: readAddress(attributes, Ifa.BROADCAST),
    label: label === "" ? undefined : label,
    scope: header.getUint8(3),
    noDad: (flags & IfaFlag.NODAD) !== 0 || undefined,
    noPrefixRoute: (flags & IfaFlag.NOPREFIXROUTE) !== 0 || undefined,
    ...lifetimes(attributes),
    isTentative: (flags & IfaFlag.TENTATIVE) !== 0,
    isDuplicate: (flags & IfaFlag.DADFAILED) !== 0,
    isSecondary: (flags & IfaFlag.SECONDARY) !== 0,
  });
}

function lifetimes(
  attributes: Attributes,
): Record<"preferredLifetime" | "validLifetime", number | undefined> {
  const info = attributes.get(Ifa.CACHEINFO);
  const at = (offset: number): number | undefined => {
    const seconds = info === undefined || info.byteLength < CACHEINFO
      ? FOREVER
      : info.getUint32(offset, true);
    return seconds === FOREVER ? undefined : seconds;
  };
  return { preferredLifetime: at(0), validLifetime: at(4) };
}

/** A change of an address. */
export interface AddressEvent {
  readonly about: "address";
  readonly change: Change;
  readonly address: AddressState;
}

/**
 * The change that a message of the groups IPV4_ADDRESS and IPV6_ADDRESS reports; null for any other message.
 */
export function addressEvent(message: Message): AddressEvent | null {
  if (message.type !== RtnlType.NEWADDR && message.type !== RtnlType.DELADDR) return null;
  const address = readInterfaceAddress(message);
  const change = message.type === RtnlType.NEWADDR ? "new" : "deleted";
  return address === null ? null : { about: "address", change, address };
}
