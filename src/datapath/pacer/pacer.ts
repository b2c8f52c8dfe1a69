import type { DirectionLimit } from "../../limits/limits.ts";
import type { Link } from "../../net/links.ts";
import type { Netlink } from "../../net/netlink.ts";

/** What holds the packets that have to wait. */
export type PacerKind = "htb" | "edt" | "police";

/** An interface to pace at, and a socket in its namespace. */
export interface Device {
  readonly link: Link;
  readonly netlink: Netlink;
}

/** What waits together: pure ACKs, light flows, heavy flows; `all` where one queue holds them all. */
export type QueueClass = "ack" | "light" | "heavy" | "all";

/** What a queue counted. */
export interface QueueCounters {
  /** Packets. */
  readonly drops: number;
  /** Packets that ECN marked instead. */
  readonly marks: number;
  /** Bytes that wait now. */
  readonly backlog: number;
}

/** What a pacer's queues counted: in all, and each class for itself; none where nothing queues. */
export interface QueueStats extends QueueCounters {
  readonly classes: Readonly<Partial<Record<QueueClass, QueueCounters>>>;
}

/** Sums up what the classes counted. */
export function queueStats(classes: QueueStats["classes"]): QueueStats {
  let drops = 0, marks = 0, backlog = 0;
  for (const counted of Object.values(classes)) {
    drops += counted.drops;
    marks += counted.marks;
    backlog += counted.backlog;
  }
  return { drops, marks, backlog, classes };
}

/** One way to hold packets back. */
export interface Pacer {
  readonly kind: PacerKind;
  /**
   * Sets the queue up at the root of the device; what natra left there before is replaced.
   *
   * @returns What it is made of, for people, for example `htb + fq_codel`.
   * @throws {Error} If the kernel lacks it, or another's queue is there. Nothing is left behind then.
   */
  install(device: Device, limit: DirectionLimit): string;
  /** Compares the queue with the limit. @returns What is wrong, or null. @throws {NativeError} */
  verify(device: Device, limit: DirectionLimit): string | null;
  /** Deletes the queue, if it is natra's. @throws {NativeError} */
  remove(device: Device): void;
  /** @throws {NativeError} */
  stats(device: Device): QueueStats;
}
