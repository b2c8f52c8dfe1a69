import { Handle } from "../handles.ts";
import { Errno } from "../../../../ffi/errno.ts";
import { NativeError } from "../../../../ffi/native.ts";
import { maxOf } from "../../limits/quantity.ts";
import type { DirectionLimit } from "../../limits/fields.ts";
import { type Attribute, u32, u64 } from "../../../net/encode.ts";
import { findQdisc, formatHandle, putQdisc, type Qdisc } from "../../../net/tc.ts";
import { GSO_MAX, gsoLimit, LEAF_TIME, TURNS_TIME } from "../knobs.ts";
import { constants } from "../layout.ts";
import { classes, isLeaf, ratespec } from "./classes.ts";
import type { Device } from "./pacer.ts";

// linux/pkt_sched.h
/** The heavy flows' queue that gives each flow its turn, if the kernel has it. */
export const FAIR_QUEUE = "fq_codel";
const FqCodel = { TARGET: 1, LIMIT: 2, INTERVAL: 3, ECN: 4, QUANTUM: 6 } as const;
const Tbf = { PARMS: 1, RATE64: 4, BURST: 6 } as const;
const U32_MAX = 0xffff_ffffn;
const MTU = 1514n;
/**
 * Bytes per second, at which no packet takes a nanosecond: one larger than a later burst must not wait
 * forever.
 */
const AT_ONCE = 1_000_000_000_000_000n;
const LAYER_2 = 256; // more than any header that the MTU does not count
const FULL_FRAME_PAIR = 3028; // fq_codel's quantum: two frames a turn

type Options = Uint8Array<ArrayBuffer> | Attribute[];

/** The queue of a class, below the class itself or below what stands between. */
function queue(
  { netlink, link }: Device,
  classId: number,
  kind: string,
  options: Options,
  parent = classId,
): void {
  putQdisc(netlink, { index: link.index, kind, handle: Handle.leaf(classId), parent, options }, true);
}

/** Puts a FIFO of at most `bytes` below a class, or changes the one that is there. @throws {NativeError} */
export function byteFifo(device: Device, classId: number, bytes: bigint, parent = classId): void {
  queue(device, classId, "bfifo", u32(clampU32(bytes)), parent);
}

/**
 * Puts a TBF that never delays before the heavy flows' queue: it splits GSO packets into frames. A 64 KB
 * packet takes 52 ms at 10 Mbit/s, and one more of them in a second makes 105 % of the limit.
 *
 * @returns Whether there is one. It is not needed where a GSO packet takes less than 10 ms, and it costs time
 *   for every frame. One that an earlier limit needed stays and splits nothing, because the queue below it
 *   would go with it.
 */
function splitGso({ netlink, link }: Device, limit: DirectionLimit): boolean {
  const cuts = cutsGso(limit);
  if (!cuts && !hasSplit({ netlink, link })) return false;
  // struct tc_tbf_qopt: ratespec rate, peakrate; limit, buffer, mtu
  const qopt = new DataView(new ArrayBuffer(36));
  ratespec(qopt, 0, AT_ONCE);
  // of its default queue, until the next one replaces that
  qopt.setUint32(24, clampU32(heavyBytes(limit)), true);
  try {
    putQdisc(netlink, {
      index: link.index,
      kind: "tbf",
      handle: Handle.SPLIT,
      parent: Handle.HEAVY,
      options: [[Tbf.PARMS, new Uint8Array(qopt.buffer)], [Tbf.RATE64, u64(AT_ONCE)], [
        Tbf.BURST,
        // a single frame is dropped, never split
        u32(cuts ? Math.max(gsoLimit(limit), link.mtu + LAYER_2) : 2 * GSO_MAX),
      ]],
    }, true);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function cutsGso(limit: DirectionLimit): boolean {
  return limit.rate / 8n / 100n < BigInt(GSO_MAX);
}

function hasSplit({ netlink, link }: Device): boolean {
  return findQdisc(netlink, link.index, { handle: Handle.SPLIT }) !== null;
}

/** Whether the limit needs another heavy queue than the one that is there. @throws {NativeError} */
export function rebuildsHeavyQueue(device: Device, limit: DirectionLimit): boolean {
  return cutsGso(limit) && !hasSplit(device);
}

/** Size of a heavy FIFO: {@linkcode LEAF_TIME} at the limit. */
function heavyBytes(limit: DirectionLimit): bigint {
  return maxOf(limit.rate / 8n * LEAF_TIME / 1_000_000_000n, 2n * MTU);
}

/** Whether the kernel lacks that kind of queue. */
function isMissing(error: unknown): boolean {
  return error instanceof NativeError && error.code === Errno.ENOENT;
}

/**
 * Puts the heavy flows' queue there: fq_codel gives each flow its turn and marks before it drops; on a kernel
 * without it all share a FIFO of {@linkcode LEAF_TIME}.
 *
 * @returns What the queue is made of.
 */
export function heavyQueue(device: Device, limit: DirectionLimit): string {
  const split = splitGso(device, limit);
  const kind = turnsOrFifo(
    device,
    Handle.HEAVY,
    limit,
    heavyBytes(limit),
    split ? Handle.SPLIT + 1 : Handle.HEAVY,
  );
  return split ? `tbf + ${kind}` : kind;
}

/**
 * The same for heavy flows that have just begun; one of them always fits in completely, even below 10 Mbit/s.
 */
export function youngQueue(device: Device, limit: DirectionLimit): void {
  const bytes = maxOf(heavyBytes(limit), BigInt(constants.YOUNG_BYTES));
  turnsOrFifo(device, Handle.YOUNG, limit, bytes, Handle.YOUNG);
}

/** Puts fq_codel below a class, or a FIFO of `fifoBytes` if the kernel lacks it. @returns Its kind. */
function turnsOrFifo(
  device: Device,
  classId: number,
  { rate }: DirectionLimit,
  fifoBytes: bigint,
  parent: number,
): string {
  const { netlink, link } = device;
  const fifo = (): string => {
    byteFifo(device, classId, fifoBytes, parent);
    return "bfifo";
  };
  if (findQdisc(netlink, link.index, { handle: Handle.leaf(classId) })?.kind === "bfifo") return fifo();
  const packets = rate / 8n * TURNS_TIME / 1_000_000_000n / MTU;
  try {
    queue(device, classId, FAIR_QUEUE, [
      [FqCodel.TARGET, u32(15_000)], // µs
      [FqCodel.INTERVAL, u32(150_000)],
      [FqCodel.LIMIT, u32(Number(packets < 32n ? 32n : packets > 10240n ? 10240n : packets))],
      [FqCodel.QUANTUM, u32(FULL_FRAME_PAIR)],
      [FqCodel.ECN, u32(1)],
    ], parent);
    return FAIR_QUEUE;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return fifo();
  }
}

/**
 * Compares the classes' queues with the expected ones.
 *
 * @returns What is wrong, or null.
 * @throws {NativeError}
 */
export function verifyLeaves({ netlink, link }: Device, limit: DirectionLimit): string | null {
  const below = (parent: number): Qdisc | null => findQdisc(netlink, link.index, { parent });
  for (const { id } of classes(limit).filter(isLeaf)) {
    const first = below(id);
    const there = id === Handle.HEAVY && first?.handle === Handle.SPLIT ? below(Handle.SPLIT + 1) : first;
    const kinds = id === Handle.HEAVY || id === Handle.YOUNG ? [FAIR_QUEUE, "bfifo"] : ["bfifo"];
    if (there?.handle === Handle.leaf(id) && kinds.includes(there.kind)) continue;
    const found = there === null ? "nothing" : `${there.kind} ${formatHandle(there.handle)}`;
    return `class ${formatHandle(id)} of "${link.name}" queues in ${found}, not natra's ${
      kinds.join(" or ")
    }`;
  }
  return null;
}

function clampU32(value: bigint): number {
  return Number(value > U32_MAX ? U32_MAX : value);
}
