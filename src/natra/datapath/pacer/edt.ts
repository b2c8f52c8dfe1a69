import { Handle } from "../handles.ts";
import type { DirectionLimit } from "../../limits/fields.ts";
import { u32 } from "../../../net/encode.ts";
import { putQdisc, ROOT } from "../../../net/tc.ts";
import type { Device, Pacer } from "./pacer.ts";
import { claimRoot, removeRoot, verifyRoot } from "./root.ts";

// linux/pkt_sched.h
const Fq = { HORIZON: 14, HORIZON_DROP: 15 } as const;
/** The program's own horizons are 45 and 500 ms: a stamp further ahead than this is a foreign one. */
const HORIZON_US = 2_000_000;

/** Earliest departure time: the program stamps each packet, fq sends it at that time. */
export const edt: Pacer = {
  kind: "edt",

  install(device: Device, _limit: DirectionLimit): string {
    claimRoot(device);
    putQdisc(device.netlink, {
      index: device.link.index,
      kind: "fq",
      handle: Handle.ROOT,
      parent: ROOT,
      options: [[Fq.HORIZON, u32(HORIZON_US)], [Fq.HORIZON_DROP, new Uint8Array([1])]],
    });
    return "fq";
  },

  change: () => "fq", // the program has the rate, not the queue

  open: () => {},

  givesTurns: () => false, // it sends by stamp

  verify: (device: Device): string | null => verifyRoot(device, "fq"),

  remove: removeRoot,
};
