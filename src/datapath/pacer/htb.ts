import type { DirectionLimit } from "../../limits/limits.ts";
import type { Attribute } from "../../net/netlink.ts";
import { eachClass, formatHandle, putClass, putQdisc, ROOT } from "../../net/tc.ts";
import { Handle } from "../../state/names.ts";
import { classes, classOptions, ratesOf } from "./classes.ts";
import { byteFifo, heavyQueue, max, verifyLeaves } from "./leaves.ts";
import type { Device, Pacer } from "./pacer.ts";
import { claimRoot, removeRoot, verifyRoot } from "./root.ts";

// linux/pkt_sched.h
const TCA_HTB_INIT = 2;
const HTB_VERSION = 3;

/** struct tc_htb_glob: version, rate2quantum, defcls, debug, direct_pkts. What nobody classified is a heavy flow's. */
function rootOptions(): Attribute[] {
  return [[
    TCA_HTB_INIT,
    new Uint8Array(new Uint32Array([HTB_VERSION, 10, Handle.HEAVY & 0xffff, 0, 0]).buffer),
  ]];
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
      return `htb + ${heavyQueue(device, limit)}`;
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
      const rates = ratesOf(options);
      if (spec === undefined || rates === null) return;
      missing.delete(handle);
      for (const which of ["rate", "ceil"] as const) {
        if (rates[which] === spec[which]) continue;
        const [is, should] = [rates[which] * 8n, spec[which] * 8n];
        other = `class ${formatHandle(handle)} of "${device.link.name}" has ${is} bit/s, not ${should}`;
      }
    });
    const [first] = missing.keys();
    if (first !== undefined) return `class ${formatHandle(first)} of "${device.link.name}" is missing`;
    return other ?? verifyLeaves(device, limit);
  },

  remove: removeRoot,
};
