import { Handle } from "../handles.ts";
import type { DirectionLimit } from "../../limits/fields.ts";
import { u32 } from "../../../net/netlink.ts";
import { putQdisc, ROOT } from "../../../net/tc.ts";
import type { Device, Pacer } from "./pacer.ts";
import { claimRoot, removeRoot, verifyRoot } from "./root.ts";

// linux/pkt_sched.h
const Fq = { HORIZON: 14, HORIZON_DROP: 15 } as const;
/** µs. The program's own horizons are 45 and 500 ms; what is stamped further off than this is not its stamp. */
const HORIZON = 2_000_000;

/** Earliest departure time: the program stamps, fq sends each packet when its time comes. */
export const edt: Pacer = {
  kind: "edt",

  install(device: Device, _limit: DirectionLimit): string {
    claimRoot(device);
    putQdisc(device.netlink, {
      index: device.link.index,
      kind: "fq",
      handle: Handle.ROOT,
      parent: ROOT,
      options: [[Fq.HORIZON, u32(HORIZON)], [Fq.HORIZON_DROP, new Uint8Array([1])]],
    });
    return "fq";
  },

  change: () => "fq", // the program knows the rate, not the queue

  open: () => {},

  givesTurns: () => false, // it sends when the stamp says, and stamps know no turns

  verify: (device: Device): string | null => verifyRoot(device, "fq"),

  remove: removeRoot,
};
