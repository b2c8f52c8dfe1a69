import { Handle } from "./handles.ts";
import { clamp, maxOf } from "../limits/quantity.ts";
import type { DirectionLimit, PacerKind } from "../limits/fields.ts";
import * as layout from "./layout.ts";

/** The values of `struct knobs`; bpf/natra/contract.h explains each. */
export type Knobs = Readonly<Record<keyof typeof layout.knobs.fields, bigint>>;

const MS = 1_000_000n; // ns
const SECOND = 1_000n * MS;
const BEAT = 1n << BigInt(layout.constants.BEAT_SHIFT); // ns; rates are in bytes per beat
const MTU = 1514n; // bytes of a full Ethernet frame

/** The period over which heavy flows are counted, by rate (bits/s): at 1 Mbit/s a second has 80 packets. */
const EPOCHS: readonly (readonly [below: bigint, epoch: bigint])[] = [
  [5_000_000n, 1_000n * MS],
  [50_000_000n, 256n * MS],
];
const SHORTEST_EPOCH = 64n * MS;

/** Light flows keep their latency as long as they take less than this percentage of the limit. */
const LIGHT_PERCENT = 95n;
/**
 * The guard passes slightly more than the queue, so that it never drops while the queue is intact. It may
 * overshoot by two GSO packets: at 1 Mbit/s one is larger than the burst.
 */
const GUARD_PERCENT = 101n;
/**
 * Bounds of a cell's leak in bytes per beat: one unit of sketch.h, and what it can multiply by its longest
 * time.
 */
const MIN_LEAK = 16n;
const MAX_LEAK = 1n << 36n;
/**
 * The credit of the pod's own clock unless a larger burst was asked for: 40 ms bursts would make latency
 * poor.
 */
const POD_CREDIT = 2n * MS;
const DEFAULT_BURST = 40n * MS;
/**
 * How far a flow may run ahead of its fair share, in ns at the limit: at 10 Mbit/s, two small requests on one
 * connection.
 */
const THRESHOLD = 12n * MS;
const EDT_HORIZON = 45n * MS;
const EDT_MARK = 15n * MS;
/** A time at the limit, in ns, that no credit reaches. */
export const NEVER = 1n << 62n;

/** The queue that the program works with. */
export interface Queue {
  readonly kind: PacerKind;
  /** Whether it gives each heavy flow its turn. */
  readonly givesTurns: boolean;
  /** The index of the ifb that queues, for podside. */
  readonly redirectTo?: number;
}

/** Size of HTB's heavy leaf in ns at the limit: as a FIFO, and as a queue that gives turns. */
export const LEAF_TIME = 100n * MS;
export const TURNS_TIME = 250n * MS;

/**
 * The pod's credit in ns at the limit. Elephants get a burst only if a larger one than the default was asked
 * for.
 */
export function podCredit(limit: DirectionLimit): bigint {
  const burst = burstTime(limit);
  return POD_CREDIT + (burst > DEFAULT_BURST ? burst - DEFAULT_BURST : 0n);
}

/** The burst in ns at the limit. */
export function burstTime({ rate, burst }: DirectionLimit): bigint {
  return burst * 8n * SECOND / rate;
}

/**
 * The constants of the BPF program for one direction. Values and reasons: docs/datapath.md.
 *
 * @param queue The queue that is actually there.
 * @param seed 64 random bits, secret: knowing them allows to build flows that collide in the sketch.
 */
export function knobsFor(
  limit: DirectionLimit,
  { kind, givesTurns, redirectTo = 0 }: Queue,
  seed: bigint,
): Knobs {
  const bytes = maxOf(limit.rate / 8n, 1n); // a second
  const beat = bytes * BEAT / SECOND;
  const cost = (SECOND << BigInt(layout.constants.COST_SHIFT)) / bytes;
  const burst = burstTime(limit);
  const threshold = limit.threshold ?? clamp(bytes * THRESHOLD / SECOND, 8192n, 32768n);
  const adaptive = limit.threshold === null;
  const police = kind === "police";
  const credit = police ? burst : podCredit(limit);
  const shared = limit.bucket === "pod" && limit.mice === "charged";
  return {
    pacer: BigInt(
      { htb: layout.pacer.PACER_HTB, edt: layout.pacer.PACER_EDT, police: layout.pacer.PACER_POLICE }[kind],
    ),
    bucket: BigInt(limit.bucket === "flow" ? layout.bucket.BUCKET_FLOW : layout.bucket.BUCKET_POD),
    mice: BigInt(limit.mice === "free" ? layout.mice.MICE_FREE : layout.mice.MICE_CHARGED),
    depth: BigInt(limit.depth),
    width_shift: BigInt(Math.log2(limit.width)),
    class_none: BigInt(Handle.ROOT),
    class_ack: BigInt(Handle.ACK),
    class_light: BigInt(limit.mice === "free" ? Handle.FREE : Handle.LIGHT),
    class_young: BigInt(Handle.YOUNG),
    class_heavy: BigInt(Handle.HEAVY),
    redirect_to: BigInt(redirectTo),
    seed,

    rate: beat,
    cost,
    light_cost: cost * 100n / LIGHT_PERCENT,
    credit,
    calm: shared ? credit / 2n : NEVER,
    light_credit: burst,
    ack_credit: 20n * MS,

    threshold,
    threshold_tcp: adaptive ? 8192n : threshold,
    threshold_other: adaptive ? 1600n : threshold,
    leak_min: clamp(beat / 256n, MIN_LEAK, MAX_LEAK),
    leak_max: clamp(beat / 4n, MIN_LEAK, MAX_LEAK),
    hold: 300n * MS,
    hold_min: 8n * MTU,

    epoch: EPOCHS.find(([below]) => limit.rate < below)?.[1] ?? SHORTEST_EPOCH,
    ease_lag: 3n * MS,

    // the policer marks once half of its credit is used
    mark_after: police ? BigInt.asUintN(64, -burst / 2n) : EDT_MARK,
    horizon: { htb: givesTurns ? TURNS_TIME : LEAF_TIME, edt: EDT_HORIZON, police: 0n }[kind],
    light_horizon: police ? DEFAULT_BURST : 500n * MS,
    fair_slack: givesTurns || police || limit.bucket === "flow" ? 0n : maxOf(bytes * 40n / 1000n, 16384n),

    guard_cost: cost * 100n / GUARD_PERCENT,
    guard_credit: maxOf(burst, 2n * BigInt(gsoLimit(limit)) * SECOND / bytes),
  };
}

const MIN_GSO = 8192;
/** Bytes of the largest GSO packet that the stack makes unless a link is set otherwise. */
export const GSO_MAX = 65536;

/**
 * The largest GSO packet that a pod may hand to its queue: 5 ms at the limit, so that an elephant's packet
 * delays a small flow's by no more. Smaller packets cost throughput, which does not matter at a low limit.
 *
 * @returns Bytes, from 8192 to 65536.
 */
export function gsoLimit({ rate }: Pick<DirectionLimit, "rate">): number {
  const bytes = rate / 8n * 5n / 1000n;
  return Math.max(bytes > BigInt(GSO_MAX) ? GSO_MAX : Number(bytes), MIN_GSO);
}
