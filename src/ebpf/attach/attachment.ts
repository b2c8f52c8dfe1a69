import type { Netlink } from "../../net/netlink.ts";
import type { BpfObject } from "../object.ts";

/** How a program is put on an interface's hook. */
export type AttachKind = "tcx" | "clsact";

/** Where a program goes. The calling thread is in the interface's network namespace. */
export interface Hook {
  readonly ifindex: number;
  readonly point: "ingress" | "egress";
  /** A socket in the interface's namespace. */
  readonly netlink: Netlink;
  /** The pin that keeps a tcx link alive; of a clsact filter, which lives with the interface, it is the program's. */
  readonly pin: string;
  /** The handle of the clsact filter, of its owner's allotment: filters of one priority are told apart by it. */
  readonly filterHandle: number;
  /** The interface that natra_redirect sends packets to. */
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
   * Makes what {@linkcode attach} needs. On an interface that is up the kernel interrupts its queue for that, and empties it:
   * so before there is one.
   *
   * @throws {Error} If the kernel refuses.
   */
  prepare(hook: Hook): void;
  /** @throws {Error} If the kernel refuses. */
  attach(object: BpfObject, program: string, hook: Hook): void;
  /**
   * Puts a program where natra's is, so that each packet meets the one or the other.
   *
   * @throws {Error} If natra's is not there, or the kernel refuses.
   */
  replace(object: BpfObject, program: string, hook: Hook): void;
  /** Takes natra's program off the hook at once; {@linkcode detach} removes what is left of it. @throws {NativeError} */
  stop(hook: Hook): void;
  /**
   * Undoes it; what is not there is no error, what is another's is left.
   *
   * @param ownsClsact What {@linkcode needsClsact} said before.
   * @throws {NativeError}
   */
  detach(hook: Hook, ownsClsact: boolean): void;
  /** @returns What is wrong, or null. @throws {NativeError} */
  verify(hook: Hook): string | null;
}
