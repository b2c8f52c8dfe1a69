/** Matches and marks of rules, made of the expressions in nft_expressions.ts. */
import { u32 } from "./encode.ts";
import { afOf, familyOf, type IpFamily, parseAddress, type Prefix } from "./ip.ts";
import {
  bitwise,
  cmp,
  ct,
  type Expression,
  immediate,
  meta,
  payload,
  setCtMark,
  setMetaMark,
} from "./nft_expressions.ts";
import { be16, u8 } from "./values.ts";

/** Where each family's header has its addresses. */
const ADDRESS_OFFSETS = {
  ipv4: { source: 12, destination: 16 },
  ipv6: { source: 8, destination: 24 },
} as const;
const PORT_OFFSETS = { source: 0, destination: 2 } as const;
const TCP_FLAGS_OFFSET = 13;
const IFNAMSIZ = 16;
const STATES = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;
const TCP_FLAGS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;
const PROTOCOLS = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58, sctp: 132 } as const;

/** Which of a packet's two addresses or ports. */
export type Side = "source" | "destination";
/** A state of conntrack. */
export type CtState = keyof typeof STATES;
/** A flag of TCP. */
export type TcpFlag = keyof typeof TCP_FLAGS;
/** A transport protocol. */
export type L4Protocol = keyof typeof PROTOCOLS;

/** Packets of one family, in a table of both. */
export function matchFamily(family: IpFamily): Expression[] {
  return [meta("nfproto"), cmp("==", u8(afOf(family)))];
}

/**
 * Packets with an address in a prefix, or with one outside of it. Packets of the other family never match.
 */
export function matchAddress(side: Side, prefix: Prefix, isInside = true): Expression[] {
  const family = familyOf(prefix.address);
  const address = parseAddress(prefix.address);
  const mask = maskOf(prefix.length, address.length);
  return [
    ...matchFamily(family),
    payload("network", ADDRESS_OFFSETS[family][side], address.length),
    bitwise(mask),
    cmp(isInside ? "==" : "!=", address.map((byte, at) => byte & (mask[at] ?? 0))),
  ];
}

function maskOf(length: number, bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: bytes },
    (_, at) => 0xff00 >> Math.min(8, Math.max(0, length - 8 * at)) & 0xff,
  );
}

/** Packets that came in, or go out, by the interface of that name. */
export function matchInterface(which: "input" | "output", name: string, isThis = true): Expression[] {
  const bytes = new Uint8Array(IFNAMSIZ);
  const encoded = new TextEncoder().encode(name);
  if (encoded.length >= IFNAMSIZ) {
    throw new Error(`Cannot match interface ${JSON.stringify(name)}: it is too long`);
  }
  bytes.set(encoded);
  return [meta(which === "input" ? "iifname" : "oifname"), cmp(isThis ? "==" : "!=", bytes)];
}

/** Packets with `mark & mask === value`. */
export function matchMark(value: number, mask = 0xffffffff): Expression[] {
  return [meta("mark"), ...matchBits(value, mask)];
}

/** Packets of connections with `ct mark & mask === value`. */
export function matchCtMark(value: number, mask = 0xffffffff): Expression[] {
  return [ct("mark"), ...matchBits(value, mask)];
}

function matchBits(value: number, mask: number): Expression[] {
  return mask === 0xffffffff ? [cmp("==", u32(value))] : [bitwise(u32(mask)), cmp("==", u32(value))];
}

/** Packets in one of these states of conntrack. */
export function matchCtState(...states: readonly CtState[]): Expression[] {
  const bits = states.reduce((sum, state) => sum | STATES[state], 0);
  return [ct("state"), bitwise(u32(bits)), cmp("!=", u32(0))];
}

/** Packets in the direction of the connection's first one, or against it. */
export function matchCtDirection(direction: "original" | "reply"): Expression[] {
  return [ct("direction"), cmp("==", u8(direction === "original" ? 0 : 1))];
}

/** Packets of a transport protocol. */
export function matchProtocol(protocol: L4Protocol): Expression[] {
  return [meta("l4proto"), cmp("==", u8(PROTOCOLS[protocol]))];
}

/** Packets of a transport protocol with a port. */
export function matchPort(protocol: L4Protocol, side: Side, port: number): Expression[] {
  return [...matchProtocol(protocol), payload("transport", PORT_OFFSETS[side], 2), cmp("==", be16(port))];
}

/** TCP packets of which exactly these flags among `of` are set, or those of which others are. */
export function matchTcpFlags(set: readonly TcpFlag[], of: readonly TcpFlag[], isExact = true): Expression[] {
  const bits = (flags: readonly TcpFlag[]): Uint8Array<ArrayBuffer> =>
    u8(flags.reduce((sum, flag) => sum | TCP_FLAGS[flag], 0));
  return [
    ...matchProtocol("tcp"),
    payload("transport", TCP_FLAGS_OFFSET, 1),
    bitwise(bits(of)),
    cmp(isExact ? "==" : "!=", bits(set)),
  ];
}

/** Sets bits of the packet's mark: those of `mask` to those of `value`. */
export function setMark(value: number, mask = 0xffffffff): Expression[] {
  return mask === 0xffffffff
    ? [immediate(u32(value)), setMetaMark()]
    : [meta("mark"), bitwise(u32(~mask), u32(value & mask)), setMetaMark()];
}

/** Copies the packet's mark to its connection. */
export function saveMark(): Expression[] {
  return [meta("mark"), setCtMark()];
}

/** Copies the connection's mark to the packet. */
export function restoreMark(): Expression[] {
  return [ct("mark"), setMetaMark()];
}
