import type { DirectionLimit, PacerKind } from "../../limits/fields.ts";
import type { Link } from "../../../net/links.ts";
import type { Netlink } from "../../../net/netlink.ts";

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
  /**
   * Holds its queue to another limit, in place: what waits there goes on waiting.
   *
   * @param limit One that the same pacer holds.
   * @returns What the queue is made of now.
   * @throws {Error} If the kernel refuses.
   */
  change(device: Device, limit: DirectionLimit): string;
  /** Holds nothing back any more: what waits leaves at once. @throws {NativeError} */
  open(device: Device, limit: DirectionLimit): void;
  /**
   * Whether the queue that is there shares itself out among heavy flows. Where it does not, the program drops who takes
   * too much.
   *
   * @throws {NativeError}
   */
  givesTurns(device: Device): boolean;
  /** Compares the queue with the limit. @returns What is wrong, or null. @throws {NativeError} */
  verify(device: Device, limit: DirectionLimit): string | null;
  /** Deletes the queue, if it is natra's. @throws {NativeError} */
  remove(device: Device): void;
}
