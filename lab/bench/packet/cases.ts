/** What the packet benchmark measures: a datapath in a known state, and the packet that keeps it there. */
import type { ProgramName } from "../../../src/natra/datapath/object.ts";
import type { DatapathOptions } from "../../../tests/bpf/datapath.ts";
import { ethernet, qinq } from "../../../tests/bpf/packet/ethernet.ts";
import { authentication, extension, fragment, ipv4, ipv6, Protocol } from "../../../tests/bpf/packet/ip.ts";
import { rest, tcp, udp } from "../../../tests/bpf/packet/transport.ts";
import type { Metadata } from "../../../tests/bpf/prog_run.ts";

/** What a pod's packets cost depends on whether it has most of its credit left. */
export const GROUPS = ["below its limit", "at its limit"] as const;
export type Group = typeof GROUPS[number];

/** One row of the benchmark. */
export interface Case {
  readonly name: string;
  readonly options: DatapathOptions;
  readonly program: ProgramName;
  readonly packet: Uint8Array<ArrayBuffer>;
  readonly metadata?: Metadata;
  /** Make each packet one of a flow that was not seen before. */
  readonly stirred?: boolean;
  /** What all of the packets must have been counted as, or nothing was measured. */
  readonly counted: "light_packets" | "heavy_packets" | "heavy_drops" | "guard_packets" | "guard_drops";
  /** The median that the row is in: of pods below their limit, or at it. null: none, its packets are rare. */
  readonly group: Group | null;
}

/** So high that however fast the packets come, they stay below it. */
const UNREACHED = { rate: 10n ** 15n };
/** So low that they are far above it, even while the machine is busy with something else. */
const EXCEEDED = { rate: 1000n };
/** Every packet of 3 KB is heavy. */
const ALL_HEAVY = { ...UNREACHED, threshold: 1500n };

const udp4 = ethernet(ipv4({}, udp({}, 1000)));
const heavy4 = ethernet(ipv4({}, tcp({}, 3000)));

const shape = {
  program: "natra_shape",
  options: { limit: UNREACHED },
  counted: "light_packets",
  group: "at its limit",
} as const;
const heavy = { ...shape, options: { limit: ALL_HEAVY }, packet: heavy4, counted: "heavy_packets" } as const;

const calm = { ...shape, options: { limit: UNREACHED, calm: true }, group: "below its limit" } as const;

const tcp4 = ethernet(ipv4({}, tcp({}, 1000)));
const tcp6 = ethernet(ipv6({}, tcp({}, 1000)));
const ack = ethernet(ipv4({}, tcp({}, 0)));
const fragment4 = ethernet(ipv4({ offset: 1480 }, rest(Protocol.UDP, 1000)));
const fragment6 = ethernet(ipv6({}, fragment(1448, false, rest(Protocol.UDP, 1000))));
const threeFrames = { packet: heavy4, metadata: { gsoSize: 1448, gsoSegs: 3 } };

/** The rows, in their order. */
export const CASES: readonly Case[] = [
  { ...calm, name: "calm, TCP over IPv4", packet: tcp4 },
  { ...calm, name: "calm, TCP over IPv6", packet: tcp6 },
  { ...calm, name: "calm, UDP over IPv4", packet: udp4 },
  { ...calm, name: "calm, pure ACK", packet: ack },
  { ...calm, name: "calm, fragment over IPv4", packet: fragment4 },
  { ...calm, name: "calm, fragment over IPv6", packet: fragment6 },
  { ...calm, name: "calm, GSO", ...threeFrames },
  { ...shape, name: "light, TCP over IPv4", packet: tcp4 },
  { ...shape, name: "light, TCP over IPv6", packet: tcp6 },
  { ...shape, name: "light, UDP over IPv4", packet: udp4 },
  { ...shape, name: "light, UDP over IPv6", packet: ethernet(ipv6({}, udp({}, 1000))) },
  { ...shape, name: "light, pure ACK", packet: ack },
  { ...shape, name: "light, fragment over IPv4", packet: fragment4 },
  { ...shape, name: "light, fragment over IPv6", packet: fragment6 },
  { ...heavy, name: "heavy, HTB" },
  { ...heavy, name: "heavy, HTB, over IPv6", packet: ethernet(ipv6({}, tcp({}, 3000))) },
  { ...heavy, name: "heavy, HTB, limit exceeded", options: { limit: { ...ALL_HEAVY, ...EXCEEDED } } },
  { ...heavy, name: "heavy, EDT", options: { limit: ALL_HEAVY, pacer: "edt" } },
  {
    ...heavy,
    name: "heavy, EDT, dropped",
    options: { limit: { ...ALL_HEAVY, ...EXCEEDED }, pacer: "edt" },
    group: null,
  },
  { ...heavy, name: "heavy, GSO", ...threeFrames },
  { ...shape, name: "guard, passed", program: "natra_guard", packet: udp4, counted: "guard_packets" },
  {
    ...shape,
    name: "guard, dropped",
    program: "natra_guard",
    options: { limit: EXCEEDED },
    packet: udp4,
    counted: "guard_drops",
    group: null,
  },
  { ...shape, name: "light, a new flow each packet", packet: udp4, stirred: true },
  { ...heavy, name: "heavy, a new flow each packet", stirred: true, group: null },
  {
    ...shape,
    name: "light, 5 extension headers, 2 VLAN tags",
    packet: ethernet(
      qinq(
        1,
        2,
        ipv6(
          {},
          extension(
            Protocol.HOP_BY_HOP,
            extension(
              Protocol.DESTINATION,
              extension(
                Protocol.ROUTING,
                authentication(extension(Protocol.DESTINATION, udp({}, 1000))),
              ),
            ),
          ),
        ),
      ),
    ),
    group: null,
  },
  {
    ...shape,
    name: "light, 8 rows of 65536",
    options: { limit: { ...UNREACHED, width: 65_536, depth: 8 } },
    packet: udp4,
    group: null,
  },
];
