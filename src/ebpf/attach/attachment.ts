import type { Netlink } from "../../net/netlink.ts";
import type { BpfObject } from "../object.ts";

/** How a program is attached to an interface's hook. */
export type AttachKind = "tcx" | "clsact";

/** A hook. The calling thread must be in the interface's network namespace. */
export interface Hook {
  readonly ifindex: number;
  readonly point: "ingress" | "egress";
  /** A socket in the interface's namespace. */
  readonly netlink: Netlink;
  /**
   * The pin that keeps a tcx link alive; for a clsact filter, which lives with the interface, the program's
   * pin.
   */
  readonly pin: string;
  /** The handle of the clsact filter, from its owner's allotment: it identifies filters of one priority. */
  readonly filterHandle: number;
  /** The interface that the program redirects packets to, if it does. */
  readonly redirectTo?: number;
}

/** One way to attach. */
export interface Attacher {
  readonly kind: AttachKind;
  /**
   * Whether attaching will make the interface's clsact, which is then ours to delete.
   *
   * @throws {NativeError}
   */
  needsClsact(netlink: Netlink, ifindex: number): boolean;
  /**
   * Makes what attach() needs. To be called before a queue is set up: on an interface that is up the kernel
   * empties the queue for it.
   *
   * @throws {Error} If the kernel refuses.
   */
  prepare(hook: Hook): void;
  /** @throws {Error} If the kernel refuses. */
  attach(object: BpfObject, program: string, hook: Hook): void;
  /**
   * Replaces the attached program atomically: each packet meets the old or the new one.
   *
   * @throws {Error} If none is attached, or the kernel refuses.
   */
  replace(object: BpfObject, program: string, hook: Hook): void;
  /** Takes the program off the hook at once; detach() removes what is left of it. @throws {NativeError} */
  stop(hook: Hook): void;
  /**
   * Undoes attach() and prepare(), as far as they were made. Foreign programs stay.
   *
   * @param ownsClsact What needsClsact() returned before prepare().
   * @throws {NativeError}
   */
  detach(hook: Hook, ownsClsact: boolean): void;
  /** @returns What is wrong, or null. @throws {NativeError} */
  verify(hook: Hook): string | null;
}
