import { Handle } from "../handles.ts";
import { eventually } from "../../../kernel/pause.ts";
import { maxOf } from "../../limits/quantity.ts";
import type { DirectionLimit } from "../../limits/fields.ts";
import { type Attribute, u32 } from "../../../net/encode.ts";
import { findQdisc, formatHandle, listClasses, putClass, putQdisc, ROOT } from "../../../net/tc.ts";
import { classes, classOptions, type ClassSpec, opened, ratesOf } from "./classes.ts";
import { byteFifo, FAIR_QUEUE, heavyQueue, rebuildsHeavyQueue, verifyLeaves, youngQueue } from "./leaves.ts";
import type { Device, Pacer } from "./pacer.ts";
import { claimRoot, removeRoot, verifyRoot } from "./root.ts";

// linux/pkt_sched.h
const TCA_HTB_INIT = 2;
const TCA_HTB_DIRECT_QLEN = 5;
const HTB_VERSION = 3;
/**
 * Packets that may wait beside all classes. The default is the length of the device's queue, which may be 0.
 */
const DIRECT_QUEUE = 1000;
/** How long to wait for the heavy flows' queue to run empty, which it does if they are below the limit. */
const CALM_MS = 50;

/**
 * struct tc_htb_glob: version, rate2quantum, defcls, debug, direct_pkts. Unclassified packets count as heavy.
 */
function rootOptions(): Attribute[] {
  return [
    [TCA_HTB_INIT, new Uint8Array(new Uint32Array([HTB_VERSION, 10, Handle.HEAVY & 0xffff, 0, 0]).buffer)],
    [TCA_HTB_DIRECT_QLEN, u32(DIRECT_QUEUE)],
  ];
}

function put({ netlink, link: { index } }: Device, spec: ClassSpec): void {
  const { id: handle, parent } = spec;
  putClass(netlink, { index, kind: "htb", handle, parent, options: classOptions(spec) });
}

/**
 * Makes the classes and their queues, or changes those that are there.
 *
 * @param spare Whether the heavy class, which unclassified packets fall into, has no limit until its queue is
 *   there, because a replaced queue loses what waits in it. The classes above it have none either, or they
 *   would be in debt for what passed.
 * @returns What the queue is made of.
 */
function putTree(device: Device, limit: DirectionLimit, spare: boolean): string {
  const bytes = limit.rate / 8n;
  const spared: readonly number[] = spare ? [Handle.POD, Handle.BULK, Handle.HEAVY] : [];
  for (const spec of classes(limit)) put(device, spared.includes(spec.id) ? opened(spec) : spec);
  byteFifo(device, Handle.ACK, maxOf(bytes / 5n, 131072n));
  byteFifo(device, Handle.LIGHT, maxOf(bytes / 2n, 262144n));
  if (limit.mice === "free") byteFifo(device, Handle.FREE, maxOf(bytes / 2n, 262144n));
  youngQueue(device, limit);
  const queue = `htb + ${heavyQueue(device, limit)}`;
  // From below: a limited class must not be charged for what an unlimited one below it lets through.
  for (const spec of classes(limit).reverse()) if (spared.includes(spec.id)) put(device, spec);
  return queue;
}

/** Waits up to CALM_MS for the heavy flows' queue to run empty. @returns Whether it did. */
function runsEmpty({ netlink, link }: Device): boolean {
  return eventually(
    () => findQdisc(netlink, link.index, { handle: Handle.leaf(Handle.HEAVY) })?.backlog === 0,
    CALM_MS,
  );
}

/** Hierarchical token buckets: they delay at dequeue, so a light packet overtakes what already waits. */
export const htb: Pacer = {
  kind: "htb",

  install(device: Device, limit: DirectionLimit): string {
    claimRoot(device);
    const { netlink, link: { index } } = device;
    putQdisc(netlink, { index, kind: "htb", handle: Handle.ROOT, parent: ROOT, options: rootOptions() });
    try {
      return putTree(device, limit, true);
    } catch (error) {
      removeRoot(device);
      throw error;
    }
  },

  // The class of free light flows stays with its counters until the root goes, even if it is not used any
  // more.
  change: (device, limit) => putTree(device, limit, rebuildsHeavyQueue(device, limit) && runsEmpty(device)),

  open(device: Device, limit: DirectionLimit): void {
    for (const spec of classes(limit)) put(device, opened(spec));
  },

  givesTurns: ({ netlink, link }) =>
    findQdisc(netlink, link.index, { handle: Handle.leaf(Handle.HEAVY) })?.kind === FAIR_QUEUE,

  verify(device: Device, limit: DirectionLimit): string | null {
    const wrong = verifyRoot(device, "htb");
    if (wrong !== null) return wrong;
    const missing = new Map(classes(limit).map((spec) => [spec.id, spec]));
    let other: string | null = null;
    const found = listClasses(device.netlink, device.link.index, ({ handle, options }) => {
      const rates = ratesOf(options);
      return rates === null ? null : { handle, rates };
    });
    for (const { handle, rates } of found) {
      const spec = missing.get(handle);
      if (spec === undefined) continue;
      missing.delete(handle);
      for (const which of ["rate", "ceil"] as const) {
        if (rates[which] === spec[which]) continue;
        const [is, should] = [rates[which] * 8n, spec[which] * 8n];
        other = `class ${formatHandle(handle)} of "${device.link.name}" has ${is} bit/s, not ${should}`;
      }
    }
    const [first] = missing.keys();
    if (first !== undefined) return `class ${formatHandle(first)} of "${device.link.name}" is missing`;
    return other ?? verifyLeaves(device, limit);
  },

  remove: removeRoot,
};
