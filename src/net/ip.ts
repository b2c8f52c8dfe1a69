import { cstr, openLibrary, text } from "../../ffi/native.ts";
import { symbols } from "../../ffi/libc_net.ts";
import type { Attributes } from "./attributes.ts";
import { bytesOf } from "./values.ts";

/** Address families (linux/socket.h). */
export const Af = { UNSPEC: 0, INET: 2, BRIDGE: 7, INET6: 10 } as const;
/** The two families of IP addresses. */
export type IpFamily = "ipv4" | "ipv6";
/** Both, in the order in which dumps list them. */
export const IP_FAMILIES: readonly IpFamily[] = ["ipv4", "ipv6"];

/** A network: `length` leading bits of an address. Addresses are canonical text (RFC 5952 for IPv6). */
export interface Prefix {
  readonly address: string;
  readonly length: number;
}

/** What the C library has for the network, opened when it is first needed. */
export const libcNet = openLibrary("libc.so.6", symbols);

const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const INET6_ADDRSTRLEN = 46;
const MAX_QUOTED = 64;

/** Bits of an address of a family. */
export const bitsOf = (family: IpFamily): number => 8 * (family === "ipv4" ? IPV4_BYTES : IPV6_BYTES);
/** The number of a family. */
export const afOf = (family: IpFamily): number => family === "ipv4" ? Af.INET : Af.INET6;

/** The family of an address by its text. */
export function familyOf(address: string): IpFamily {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/**
 * The bytes of an address.
 *
 * @param address As inet_pton(3) takes it: no zone, no prefix length, no leading zeros.
 * @throws {Error} If it is not an address.
 */
export function parseAddress(address: string): Uint8Array<ArrayBuffer> {
  const family = familyOf(address);
  const bytes = new Uint8Array(family === "ipv4" ? IPV4_BYTES : IPV6_BYTES);
  // The C library would read up to a zero byte only.
  if (!address.includes("\0") && libcNet.inet_pton(afOf(family), cstr(address), bytes) === 1) return bytes;
  throw new Error(`Cannot read ${JSON.stringify(address.slice(0, MAX_QUOTED))} as an IP address`);
}

/** The canonical text of 4 or 16 bytes. @returns undefined if there are more or fewer. */
export function formatAddress(bytes: Uint8Array): string | undefined {
  if (bytes.length === IPV4_BYTES) return bytes.join(".");
  if (bytes.length !== IPV6_BYTES) return undefined;
  const into = new Uint8Array(INET6_ADDRSTRLEN);
  libcNet.inet_ntop(Af.INET6, bytes.slice(), into, INET6_ADDRSTRLEN);
  return text(into);
}

/** An attribute that holds an address; undefined if it is absent or of another length. */
export function readAddress(attributes: Attributes, type: number): string | undefined {
  const value = attributes.get(type);
  return value === undefined ? undefined : formatAddress(bytesOf(value));
}

/** The prefix of length 0 of a family. */
export function anyPrefix(family: IpFamily): Prefix {
  return { address: family === "ipv4" ? "0.0.0.0" : "::", length: 0 };
}

/**
 * Reads a prefix in CIDR notation.
 *
 * @throws {Error} If the address or the length is wrong. Bits behind the length are not an error.
 */
export function parsePrefix(cidr: string): Prefix {
  const [, address = "", digits = ""] = /^([^/]*)\/(0|[1-9][0-9]{0,2})$/.exec(cidr) ?? [];
  const length = Number(digits);
  if (address === "" || length > bitsOf(familyOf(address))) {
    throw new Error(`Cannot read ${JSON.stringify(cidr.slice(0, MAX_QUOTED))} as a CIDR`);
  }
  return { address: formatAddress(parseAddress(address)) ?? address, length };
}

/** A prefix in CIDR notation. */
export function formatPrefix({ address, length }: Prefix): string {
  return `${address}/${length}`;
}

/**
 * The bytes of a link-layer address such as `02:00:5e:10:00:01`.
 *
 * @throws {Error} If it is not one of six bytes.
 */
export function parseMac(mac: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) {
    throw new Error(`Cannot read ${JSON.stringify(mac.slice(0, MAX_QUOTED))} as a MAC address`);
  }
  return new Uint8Array(mac.split(":").map((byte) => parseInt(byte, 16)));
}

/** A link-layer address as text, as ip(8) writes it; undefined if it is absent. */
export function readMac(attributes: Attributes, type: number): string | undefined {
  const value = attributes.get(type);
  return value === undefined
    ? undefined
    : Array.from(bytesOf(value), (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
