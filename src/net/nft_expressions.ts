import { type Attribute, string } from "./encode.ts";
import { familyOf, parseAddress } from "./ip.ts";
import { NfProto } from "./nfnetlink.ts";
import { be32, u8 } from "./values.ts";

/** An expression of a rule: its kind, and the attributes of that kind. The kernel runs them one by one. */
export interface Expression {
  readonly name: string;
  readonly data: readonly Attribute[];
}

/** Attributes of each kind of expression (NFTA_*, linux/netfilter/nf_tables.h). */
const Meta = { DREG: 1, KEY: 2, SREG: 3 } as const;
const Ct = { DREG: 1, KEY: 2, SREG: 4 } as const;
const Payload = { DREG: 1, BASE: 2, OFFSET: 3, LENGTH: 4 } as const;
const Bitwise = { SREG: 1, DREG: 2, LENGTH: 3, MASK: 4, XOR: 5 } as const;
const Cmp = { SREG: 1, OPERATOR: 2, DATA: 3 } as const;
const Immediate = { DREG: 1, DATA: 2 } as const;
const Data = { VALUE: 1, VERDICT: 2 } as const;
const Verdict = { CODE: 1, CHAIN: 2 } as const;
const Masquerade = { FLAGS: 1 } as const;
const Nat = { TYPE: 1, FAMILY: 2, ADDRESS: 3, FLAGS: 7 } as const;
const Reject = { TYPE: 1, ICMP_CODE: 2 } as const;

/** The register by which expressions hand on values: 16 bytes. */
const REGISTER = be32(1);
const VERDICT_REGISTER = be32(0);

const META_KEYS = { protocol: 1, mark: 3, iifname: 6, oifname: 7, nfproto: 15, l4proto: 16 } as const;
const CT_KEYS = { state: 0, direction: 1, status: 2, mark: 3 } as const;
const PAYLOAD_BASES = { link: 0, network: 1, transport: 2 } as const;
const OPERATORS = { "==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5 } as const;
const VERDICTS = { drop: 0, accept: 1, jump: -3, goto: -4, return: -5 } as const;
const NatFlag = { RANDOM: 4, PERSISTENT: 8, FULLY_RANDOM: 0x10 } as const;
const SNAT = 0;

/** What `meta` can load; the mark can be set, too. */
export type MetaKey = keyof typeof META_KEYS;
/** What `ct` can load; the mark can be set, too. */
export type CtKey = keyof typeof CT_KEYS;

const dataValue = (bytes: Uint8Array<ArrayBuffer>): readonly Attribute[] => [[Data.VALUE, bytes]];

/** Loads a packet's property. */
export function meta(key: MetaKey): Expression {
  return { name: "meta", data: [[Meta.KEY, be32(META_KEYS[key])], [Meta.DREG, REGISTER]] };
}

/** Sets the packet's mark to what was loaded. */
export function setMetaMark(): Expression {
  return { name: "meta", data: [[Meta.KEY, be32(META_KEYS.mark)], [Meta.SREG, REGISTER]] };
}

/** Loads a property of the packet's connection. */
export function ct(key: CtKey): Expression {
  return { name: "ct", data: [[Ct.KEY, be32(CT_KEYS[key])], [Ct.DREG, REGISTER]] };
}

/** Sets the connection's mark to what was loaded. */
export function setCtMark(): Expression {
  return { name: "ct", data: [[Ct.KEY, be32(CT_KEYS.mark)], [Ct.SREG, REGISTER]] };
}

/** Loads bytes of a header. */
export function payload(base: keyof typeof PAYLOAD_BASES, offset: number, length: number): Expression {
  return {
    name: "payload",
    data: [
      [Payload.DREG, REGISTER],
      [Payload.BASE, be32(PAYLOAD_BASES[base])],
      [Payload.OFFSET, be32(offset)],
      [Payload.LENGTH, be32(length)],
    ],
  };
}

/** Makes what was loaded `(value & mask) ^ xor`; `xor` is zero by default. */
export function bitwise(mask: Uint8Array<ArrayBuffer>, xor = new Uint8Array(mask.length)): Expression {
  return {
    name: "bitwise",
    data: [
      [Bitwise.SREG, REGISTER],
      [Bitwise.DREG, REGISTER],
      [Bitwise.LENGTH, be32(mask.length)],
      [Bitwise.MASK, dataValue(mask)],
      [Bitwise.XOR, dataValue(xor)],
    ],
  };
}

/** Goes on with the rule only if the comparison holds for what was loaded. */
export function cmp(operator: keyof typeof OPERATORS, value: Uint8Array<ArrayBuffer>): Expression {
  return {
    name: "cmp",
    data: [[Cmp.SREG, REGISTER], [Cmp.OPERATOR, be32(OPERATORS[operator])], [Cmp.DATA, dataValue(value)]],
  };
}

/** Loads a constant. */
export function immediate(value: Uint8Array<ArrayBuffer>): Expression {
  return { name: "immediate", data: [[Immediate.DREG, REGISTER], [Immediate.DATA, dataValue(value)]] };
}

/** Ends the rule with a verdict; `jump` and `goto` lead to another chain. */
export function verdict(kind: keyof typeof VERDICTS, chain?: string): Expression {
  const code: Attribute[] = [[Verdict.CODE, be32(VERDICTS[kind] >>> 0)]];
  if (chain !== undefined) code.push([Verdict.CHAIN, string(chain)]);
  return {
    name: "immediate",
    data: [[Immediate.DREG, VERDICT_REGISTER], [Immediate.DATA, [[Data.VERDICT, code]]]],
  };
}

/** Counts the packets and bytes that come this far. */
export function counter(): Expression {
  return { name: "counter", data: [] };
}

/** How NAT chooses source ports. */
export interface NatOptions {
  /** Ports by chance: connections that begin at the same time do not compete for one. */
  readonly fullyRandom?: boolean;
  /** The same address for all connections of a client. */
  readonly persistent?: boolean;
}

function natFlags({ fullyRandom, persistent }: NatOptions): number {
  return (fullyRandom ? NatFlag.FULLY_RANDOM : 0) | (persistent ? NatFlag.PERSISTENT : 0);
}

/** Gives the connection the address of the interface that it leaves by. In a nat chain at postrouting. */
export function masquerade(options: NatOptions = {}): Expression {
  const flags = natFlags(options);
  return { name: "masq", data: flags === 0 ? [] : [[Masquerade.FLAGS, be32(flags)]] };
}

/** Gives the connection a source address. In a nat chain at postrouting. */
export function snat(address: string, options: NatOptions = {}): Expression[] {
  const family = familyOf(address) === "ipv4" ? NfProto.IPV4 : NfProto.IPV6;
  const flags = natFlags(options);
  const data: Attribute[] = [[Nat.TYPE, be32(SNAT)], [Nat.FAMILY, be32(family)], [Nat.ADDRESS, REGISTER]];
  if (flags !== 0) data.push([Nat.FLAGS, be32(flags)]);
  return [immediate(parseAddress(address)), { name: "nat", data }];
}

/** Answers with an error, and drops: a TCP reset, or ICMP "administratively prohibited" of either family. */
export function reject(how: "tcp-reset" | "admin-prohibited"): Expression {
  const [TCP_RST, ICMPX] = [1, 2];
  const NFT_REJECT_ICMPX_ADMIN_PROHIBITED = 3;
  return {
    name: "reject",
    data: how === "tcp-reset"
      ? [[Reject.TYPE, be32(TCP_RST)]]
      : [[Reject.TYPE, be32(ICMPX)], [Reject.ICMP_CODE, u8(NFT_REJECT_ICMPX_ADMIN_PROHIBITED)]],
  };
}
