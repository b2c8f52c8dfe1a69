/** What IP carries. */
import { Protocol } from "./ip.ts";
import { be16, be32, concat, type Layer } from "./layer.ts";

/** Two ports; default: 1000 to 2000. */
export interface Ports {
  readonly sport?: number;
  readonly dport?: number;
}

/** TCP's flags. */
export const Flag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, ECE: 64 } as const;

/** What a TCP header says. */
export interface Tcp extends Ports {
  /** Default: ACK. */
  readonly flags?: number;
  /** Bytes of options, a multiple of 4; default: 12, a time stamp. */
  readonly options?: number;
}

/** @param payload Bytes carried. */
export function tcp(
  { sport = 1000, dport = 2000, flags = Flag.ACK, options = 12 }: Tcp,
  payload: number,
): Layer {
  const words = 5 + options / 4;
  const header = [
    ...be16(sport),
    ...be16(dport),
    ...be32(1),
    ...be32(1),
    words << 4,
    flags,
    0,
    64,
    0,
    0,
    0,
    0,
  ];
  return { type: Protocol.TCP, bytes: concat(header, new Uint8Array(options + payload)) };
}

/** @param payload Bytes carried. */
export function udp({ sport = 1000, dport = 2000 }: Ports, payload: number): Layer {
  const header = [...be16(sport), ...be16(dport), ...be16(8 + payload), 0, 0];
  return { type: Protocol.UDP, bytes: concat(header, new Uint8Array(payload)) };
}

/** @param payload Bytes carried behind the common header. */
export function sctp({ sport = 1000, dport = 2000 }: Ports, payload: number): Layer {
  return {
    type: Protocol.SCTP,
    bytes: concat(be16(sport), be16(dport), new Uint8Array(8 + payload)),
  };
}

/** An echo request. @param payload Bytes carried. */
export function icmp(payload: number): Layer {
  return { type: Protocol.ICMP, bytes: concat([8, 0, 0, 0, 0, 1, 0, 1], new Uint8Array(payload)) };
}

/** An echo request. @param payload Bytes carried. */
export function icmpv6(payload: number): Layer {
  return { type: Protocol.ICMPV6, bytes: concat([128, 0, 0, 0, 0, 1, 0, 1], new Uint8Array(payload)) };
}

/** The rest of a datagram: bytes of a protocol without its header. */
export function rest(protocol: number, payload: number): Layer {
  return { type: protocol, bytes: new Uint8Array(payload).fill(0x5a) };
}
