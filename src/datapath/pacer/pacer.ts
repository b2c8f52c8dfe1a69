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
}
