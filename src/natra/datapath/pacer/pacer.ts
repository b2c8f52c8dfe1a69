import type { DirectionLimit, PacerKind } from "../../limits/fields.ts";
import type { Link } from "../../../net/links.ts";
import type { Netlink } from "../../../net/netlink.ts";

/** An interface, and a socket in its namespace. */
export interface Device {
  readonly link: Link;
  readonly netlink: Netlink;
}

/** One way to enforce a rate. */
export interface Pacer {
  readonly kind: PacerKind;
  /**
   * Sets the queue up at the root of the device, and replaces an earlier one of natra's.
   *
   * @returns What the queue is made of, for people, for example `htb + fq_codel`.
   * @throws {Error} If the kernel lacks it, or a foreign queue is there. Nothing is left behind then.
   */
  install(device: Device, limit: DirectionLimit): string;
  /**
   * Changes the limit of its queue in place: waiting packets stay.
   *
   * @param limit A limit for the same pacer.
   * @returns What the queue is made of now.
   * @throws {Error} If the kernel refuses.
   */
  change(device: Device, limit: DirectionLimit): string;
  /** Removes the limit: what waits leaves at once. @throws {NativeError} */
  open(device: Device, limit: DirectionLimit): void;
  /**
   * Whether the queue gives each heavy flow its turn. If not, the program drops packets of flows that take
   * more than their share.
   *
   * @throws {NativeError}
   */
  givesTurns(device: Device): boolean;
  /** Compares the queue with the limit. @returns What is wrong, or null. @throws {NativeError} */
  verify(device: Device, limit: DirectionLimit): string | null;
  /** Deletes the queue, if it is natra's. @throws {NativeError} */
  remove(device: Device): void;
}
