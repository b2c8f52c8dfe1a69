import { Handle } from "../handles.ts";
import type { DirectionLimit } from "../../limits/fields.ts";
import { type Attribute, u64 } from "../../../net/encode.ts";
import { burstTime, podCredit } from "../knobs.ts";

// linux/pkt_sched.h
const Htb = { PARMS: 1, RATE64: 6, CEIL64: 7 } as const;
const LINKLAYER_ETHERNET = 1; // with it the kernel needs no rate tables
const TICK_NS = 64n; // PSCHED_SHIFT 6
const U32_MAX = 0xffff_ffffn;

/** A rate that never delays a packet: 1 Tbit/s, in bytes per second. */
export const UNLIMITED = 125_000_000_000n;
const FREE_BURST = 1_000_000n; // ns

/** One class of the tree. Rates are in bytes per second, bursts in ns at the limit. */
export interface ClassSpec {
  readonly id: number;
  readonly parent: number;
  readonly rate: bigint;
  readonly ceil: bigint;
  readonly burst: bigint;
  readonly quantum: number;
  readonly priority: number;
}

/**
 * The class tree: the pod's class enforces the limit, and the classes below it share it.
 *
 * Light flows are guaranteed 90 % and are served first, so a heavy flow's 64 KB packet that puts the pod's
 * class into debt does not put theirs. Pure ACKs are guaranteed 5 %, because the other direction's bulk waits
 * for them. Heavy flows are guaranteed 5 % and get what is left. Those that have just begun are always served
 * before the others: a flow that leaves their class must not overtake itself, so neither class has a
 * guarantee of its own. All may borrow up to the limit. Free light flows have a class beside the pod's.
 */
export function classes(limit: DirectionLimit): ClassSpec[] {
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
    // only the pod's class is a ceiling: a class at one of its own would stop, and a later one be served
    // first
    ceil: 2n * bytes,
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
    tree(Handle.BULK, 5n, { burst: pod, quantum: 1514, priority: 0 }),
    { ...tree(Handle.YOUNG, 0n, { burst: pod, quantum: 1514, priority: 1 }), parent: Handle.BULK },
    { ...tree(Handle.HEAVY, 0n, { burst: pod, quantum: 1514, priority: 2 }), parent: Handle.BULK },
  ];
  if (limit.mice === "free") {
    all.push({ ...opened(top), id: Handle.FREE, quantum: 60000 });
  }
  return all;
}

/** The same class without a limit. */
export function opened(spec: ClassSpec): ClassSpec {
  return { ...spec, rate: UNLIMITED, ceil: UNLIMITED, burst: FREE_BURST };
}

/** Whether a class has a queue and not classes below it. */
export function isLeaf({ id }: ClassSpec): boolean {
  return id !== Handle.POD && id !== Handle.BULK;
}

/**
 * Writes struct tc_ratespec.
 *
 * @param rate Bytes per second, capped to 32 bits: larger ones are an attribute.
 */
export function ratespec(view: DataView, offset: number, rate: bigint): void {
  view.setUint8(offset + 1, LINKLAYER_ETHERNET);
  view.setUint32(offset + 8, Number(rate > U32_MAX ? U32_MAX : rate), true);
}

/** struct tc_htb_opt: ratespec rate, ratespec ceil, buffer, cbuffer (ticks), quantum, level, prio. */
export function classOptions({ rate, ceil, burst, quantum, priority }: ClassSpec): Attribute[] {
  const opt = new DataView(new ArrayBuffer(44));
  const ticks = burst / TICK_NS > U32_MAX ? Number(U32_MAX) : Number(burst / TICK_NS);
  ratespec(opt, 0, rate);
  ratespec(opt, 12, ceil);
  opt.setUint32(24, ticks, true);
  opt.setUint32(28, ticks, true);
  opt.setUint32(32, quantum, true);
  opt.setUint32(40, priority, true);
  const options: Attribute[] = [[Htb.PARMS, new Uint8Array(opt.buffer)]];
  if (rate > U32_MAX) options.push([Htb.RATE64, u64(rate)]);
  if (ceil > U32_MAX) options.push([Htb.CEIL64, u64(ceil)]);
  return options;
}

/** A class's rates in bytes per second. @returns null if these are not the options of an HTB class. */
export function ratesOf(options: ReadonlyMap<number, DataView>): Pick<ClassSpec, "rate" | "ceil"> | null {
  const parms = options.get(Htb.PARMS);
  if (parms === undefined) return null;
  const read = (offset: number, wide: number): bigint =>
    options.get(wide)?.getBigUint64(0, true) ?? BigInt(parms.getUint32(offset, true));
  return { rate: read(8, Htb.RATE64), ceil: read(20, Htb.CEIL64) };
}
