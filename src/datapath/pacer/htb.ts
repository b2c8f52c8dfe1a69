import { NativeError } from "../../../ffi/native.ts";
import { Errno } from "../../../ffi/errno.ts";
import type { DirectionLimit } from "../../limits/limits.ts";
import { type Attribute, u32, u64 } from "../../net/netlink.ts";
import { eachClass, findQdisc, formatHandle, putClass, putQdisc, ROOT } from "../../net/tc.ts";
import { Handle } from "../../state/names.ts";
import { burstTime, LEAF_TIME, podCredit } from "../knobs.ts";
import type { Device, Pacer, QueueStats } from "./pacer.ts";
import { claimRoot, removeRoot, verifyRoot } from "./root.ts";

// linux/pkt_sched.h
const Tca = { PARMS: 1, INIT: 2, RATE64: 6, CEIL64: 7 } as const;
const FqCodel = { TARGET: 1, LIMIT: 2, INTERVAL: 3, ECN: 4, QUANTUM: 6 } as const;
const HTB_VERSION = 3;
const LINKLAYER_ETHERNET = 1; // with it the kernel needs no rate tables
const TICK_NS = 64n; // PSCHED_SHIFT 6
const U32_MAX = 0xffff_ffffn;

const MTU = 1514n;
const FULL_FRAME_PAIR = 3028; // fq_codel's quantum: two frames a turn

/** One class of the tree. Rates in bytes a second, bursts in ns at the limit. */
interface ClassSpec {
  readonly id: number;
  readonly parent: number;
  readonly rate: bigint;
  readonly ceil: bigint;
  readonly burst: bigint;
  readonly quantum: number;
  readonly priority: number;
}

/**
 * The tree: the pod's class holds the limit, and three below it share it out.
 *
 * Light flows are guaranteed 90 % and go first, so a heavy flow's 64 KB packet that puts the pod's class into debt does
 * not put theirs; pure ACKs have 5 % of their own, because the other direction's bulk waits for them; heavy flows have
 * 5 % for certain and whatever is left. All may borrow up to the limit. Free light flows have a class beside the pod's.
 */
function classes(limit: DirectionLimit): ClassSpec[] {
  const bytes = limit.rate / 8n;
  const burst = burstTime(limit);
  const pod = podCredit(limit);
  const share = (percent: bigint): bigint => bytes * percent / 100n || 1n;
  const tree = (
    id: number,
    percent: bigint,
    rest: Pick<ClassSpec, "burst" | "quantum" | "priority">,
  ): ClassSpec => ({
    id,
    parent: Handle.POD,
    rate: share(percent),
    ceil: bytes,
    ...rest,
  });
  const top = {
    id: Handle.POD,
    parent: Handle.ROOT,
    rate: bytes,
    ceil: bytes,
    burst: pod,
    quantum: 3000,
    priority: 0,
  };
  const all: ClassSpec[] = [
    top,
    tree(Handle.ACK, 5n, { burst, quantum: 60000, priority: 0 }),
    tree(Handle.LIGHT, 90n, { burst, quantum: 60000, priority: 0 }),
    tree(Handle.HEAVY, 5n, { burst: pod, quantum: 1514, priority: 1 }),
  ];
  if (limit.mice === "free") {
    const unlimited = 125_000_000_000n; // 1 Tbit/s
    all.push({
      ...top,
      id: Handle.FREE,
      rate: unlimited,
      ceil: unlimited,
      burst: DEFAULT_FREE_BURST,
      quantum: 60000,
    });
  }
  return all;
}
const DEFAULT_FREE_BURST = 1_000_000n; // ns

function ratespec(view: DataView, offset: number, rate: bigint): void {
  view.setUint8(offset + 1, LINKLAYER_ETHERNET);
  view.setUint32(offset + 8, Number(rate > U32_MAX ? U32_MAX : rate), true);
}

/** struct tc_htb_opt: ratespec rate, ratespec ceil, buffer, cbuffer (ticks), quantum, level, prio. */
function classOptions({ rate, ceil, burst, quantum, priority }: ClassSpec): Attribute[] {
  const opt = new DataView(new ArrayBuffer(44));
  const ticks = burst / TICK_NS > U32_MAX ? Number(U32_MAX) : Number(burst / TICK_NS);
  ratespec(opt, 0, rate);
  ratespec(opt, 12, ceil);
  opt.setUint32(24, ticks, true);
  opt.setUint32(28, ticks, true);
  opt.setUint32(32, quantum, true);
  opt.setUint32(40, priority, true);
  const options: Attribute[] = [[Tca.PARMS, new Uint8Array(opt.buffer)]];
  if (rate > U32_MAX) options.push([Tca.RATE64, u64(rate)]);
  if (ceil > U32_MAX) options.push([Tca.CEIL64, u64(ceil)]);
  return options;
}

/** struct tc_htb_glob: version, rate2quantum, defcls, debug, direct_pkts. What nobody classified is a heavy flow's. */
function rootOptions(): Attribute[] {
  return [[Tca.INIT, new Uint8Array(new Uint32Array([HTB_VERSION, 10, Handle.HEAVY & 0xffff, 0, 0]).buffer)]];
}

function leaf(
  device: Device,
  classId: number,
  kind: string,
  options: Uint8Array<ArrayBuffer> | Attribute[],
): void {
  const { netlink, link } = device;
  putQdisc(netlink, { index: link.index, kind, handle: Handle.leaf(classId), parent: classId, options });
}

/** A queue of at most so many bytes. */
function byteFifo(device: Device, classId: number, bytes: bigint): void {
  leaf(device, classId, "bfifo", u32(Number(bytes > U32_MAX ? U32_MAX : bytes)));
}

/**
 * The heavy flows' own queue: fq_codel gives each its turn and marks before it drops; a kernel without it has one queue
 * of {@linkcode LEAF_TIME} for all of them.
 */
function heavyLeaf(device: Device, bytes: bigint): string {
  const packets = bytes / 4n / MTU; // 250 ms
  try {
    leaf(device, Handle.HEAVY, "fq_codel", [
      [FqCodel.TARGET, u32(15_000)], // µs
      [FqCodel.INTERVAL, u32(150_000)],
      [FqCodel.LIMIT, u32(Number(packets < 32n ? 32n : packets > 10240n ? 10240n : packets))],
      [FqCodel.QUANTUM, u32(FULL_FRAME_PAIR)],
      [FqCodel.ECN, u32(1)],
    ]);
    return "fq_codel";
  } catch (error) {
    if (!(error instanceof NativeError && error.code === Errno.ENOENT)) throw error;
  }
  byteFifo(device, Handle.HEAVY, max(bytes * LEAF_TIME / 1_000_000_000n, 2n * MTU));
  return "bfifo";
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Hierarchical token buckets: holds at dequeue, so a light packet overtakes what already waits. */
export const htb: Pacer = {
  kind: "htb",

  install(device: Device, limit: DirectionLimit): string {
    claimRoot(device);
    const { netlink, link: { index } } = device;
    const bytes = limit.rate / 8n;
    putQdisc(netlink, { index, kind: "htb", handle: Handle.ROOT, parent: ROOT, options: rootOptions() });
    try {
      const tree = classes(limit);
      for (const spec of tree) {
        putClass(netlink, {
          index,
          kind: "htb",
          handle: spec.id,
          parent: spec.parent,
          options: classOptions(spec),
        });
      }
      byteFifo(device, Handle.ACK, max(bytes / 5n, 131072n));
      byteFifo(device, Handle.LIGHT, max(bytes / 2n, 262144n));
      if (limit.mice === "free") byteFifo(device, Handle.FREE, max(bytes / 2n, 262144n));
      return `htb + ${heavyLeaf(device, bytes)}`;
    } catch (error) {
      removeRoot(device);
      throw error;
    }
  },

  verify(device: Device, limit: DirectionLimit): string | null {
    const wrong = verifyRoot(device, "htb");
    if (wrong !== null) return wrong;
    const missing = new Map(classes(limit).map((spec) => [spec.id, spec]));
    let other: string | null = null;
    eachClass(device.netlink, device.link.index, ({ handle, options }) => {
      const spec = missing.get(handle);
      const parms = options.get(Tca.PARMS);
      if (spec === undefined || parms === undefined) return;
      missing.delete(handle);
      const ceil = options.get(Tca.CEIL64)?.getBigUint64(0, true) ?? BigInt(parms.getUint32(20, true));
      if (ceil !== spec.ceil) {
        other = `class ${formatHandle(handle)} of "${device.link.name}" has ${ceil * 8n} bit/s, not ${
          spec.ceil * 8n
        }`;
      }
    });
    const [first] = missing.keys();
    return first === undefined ? other : `class ${formatHandle(first)} of "${device.link.name}" is missing`;
  },

  remove: removeRoot,

  stats({ netlink, link }: Device): QueueStats {
    let drops = 0, marks = 0, backlog = 0;
    for (const classId of [Handle.ACK, Handle.LIGHT, Handle.HEAVY, Handle.FREE]) {
      const queue = findQdisc(netlink, link.index, { handle: Handle.leaf(classId) });
      if (queue === null) continue;
      drops += queue.drops;
      backlog += queue.backlog;
      if (queue.kind === "fq_codel") marks += ecnMarks(queue.extra);
    }
    return { drops, marks, backlog };
  },
};

/** struct tc_fq_codel_xstats: type, then qdisc_stats { maxpacket, drop_overlimit, ecn_mark, … }. */
function ecnMarks(xstats: DataView | undefined): number {
  return xstats !== undefined && xstats.byteLength >= 16 ? xstats.getUint32(12, true) : 0;
}
