import { Handle } from "../handles.ts";
import { deleteQdisc, findQdisc, formatHandle, ROOT } from "../../../net/tc.ts";
import type { Device } from "./pacer.ts";

/** Deletes natra's queue at the root of a device. A foreign queue is never touched. @throws {NativeError} */
export function removeRoot({ netlink, link }: Device): void {
  if (rootIsOurs({ netlink, link })) deleteQdisc(netlink, link.index, Handle.ROOT, ROOT);
}

/** Whether nothing waits in natra's queue, or there is none. @throws {NativeError} */
export function isEmpty({ netlink, link }: Device): boolean {
  return (findQdisc(netlink, link.index, { handle: Handle.ROOT })?.queued ?? 0) === 0;
}

/** Whether the queue at the root of a device is natra's. @throws {NativeError} */
export function rootIsOurs({ netlink, link }: Device): boolean {
  return findQdisc(netlink, link.index, { parent: ROOT })?.handle === Handle.ROOT;
}

/**
 * Makes room for a queue: removes an earlier one of natra's.
 *
 * @throws {Error} If a foreign queue is there: it would be lost.
 */
export function claimRoot(device: Device): void {
  removeRoot(device);
  const there = findQdisc(device.netlink, device.link.index, { parent: ROOT });
  if (there !== null && there.handle !== 0) {
    const queue = `${there.kind} ${formatHandle(there.handle)}`;
    throw new Error(`Cannot queue on "${device.link.name}": its root queue is a foreign ${queue}`);
  }
}

/** Describes the root queue of a device. @throws {NativeError} */
export function rootOf({ netlink, link }: Device): string {
  const there = findQdisc(netlink, link.index, { parent: ROOT });
  if (there === null || there.handle === 0) return "the kernel's default";
  return `${there.handle === Handle.ROOT ? "natra's" : "a foreign"} ${there.kind} ${
    formatHandle(there.handle)
  }`;
}

/**
 * Compares the root queue of a device with natra's.
 *
 * @returns What is wrong, or null.
 * @throws {NativeError}
 */
export function verifyRoot({ netlink, link }: Device, kind: string): string | null {
  const there = findQdisc(netlink, link.index, { parent: ROOT });
  if (there?.handle === Handle.ROOT && there.kind === kind) return null;
  const found = there === null ? "nothing" : `${there.kind} ${formatHandle(there.handle)}`;
  return `the root queue of "${link.name}" is ${found}, not natra's ${kind} ${formatHandle(Handle.ROOT)}`;
}
