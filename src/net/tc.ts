import { NativeError } from "../../ffi/native.ts";
import { Errno } from "../../ffi/errno.ts";
import { type Attributes, nested, readString, scanAttributes, textAt } from "./attributes.ts";
import { type Attribute, string } from "./encode.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink, Rtm } from "./netlink.ts";

/** A queueing discipline on an interface, with its counters. */
export interface Qdisc {
  /** The interface's index. */
  readonly index: number;
  readonly kind: string;
  /** `major << 16`; 0 for the qdisc that the kernel adds by default. */
  readonly handle: number;
  /** A class id, or {@linkcode ROOT}. */
  readonly parent: number;
  readonly bytes: bigint;
  readonly packets: number;
  /** Bytes that wait. */
  readonly backlog: number;
  /** Packets that wait. */
  readonly queued: number;
  readonly drops: number;
  /** The qdisc's own counters (TCA_XSTATS), for example fq_codel's. */
  readonly extra: DataView | undefined;
}

/** The parent of a root qdisc. */
export const ROOT = 0xffffffff;
/** The handle and the parent of clsact. */
export const CLSACT = {
  handle: 0xffff0000,
  parent: 0xfffffff1,
  ingress: 0xfffffff2,
  egress: 0xfffffff3,
} as const;

/** The parent of the filters of an `ingress` qdisc. An interface has that or clsact, never both. */
export const INGRESS = 0xffff0000;

const TCMSG = 20;
/** Attributes of a tc message (linux/rtnetlink.h). */
export const Tca = { KIND: 1, OPTIONS: 2, XSTATS: 4, STATS2: 7 } as const;
const Stats = { BASIC: 1, QUEUE: 3 } as const;

/** The object that a tc message is about. */
export interface TcMessage {
  readonly index: number;
  readonly handle?: number;
  readonly parent?: number;
  readonly info?: number;
}

/** The fixed part of a tc message (struct tcmsg). */
export function tcmsg({ index, handle = 0, parent = 0, info = 0 }: TcMessage): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(TCMSG));
  header.setInt32(4, index, true);
  header.setUint32(8, handle, true);
  header.setUint32(12, parent, true);
  header.setUint32(16, info, true);
  return new Uint8Array(header.buffer);
}

/** A qdisc or a class to add, with the options of its kind. */
export interface TcSpec {
  readonly index: number;
  readonly kind: string;
  readonly handle: number;
  readonly parent: number;
  readonly options: Uint8Array<ArrayBuffer> | readonly Attribute[];
}

function put(netlink: Netlink, type: number, flags: number, what: string, spec: TcSpec): void {
  netlink.request({
    what,
    type,
    flags,
    header: tcmsg(spec),
    attributes: [[Tca.KIND, string(spec.kind)], [Tca.OPTIONS, spec.options]],
  });
}

/** A handle or class id as tc(8) writes it, for example `6e61:3`. */
export function formatHandle(handle: number): string {
  return `${(handle >>> 16).toString(16)}:${(handle & 0xffff) === 0 ? "" : (handle & 0xffff).toString(16)}`;
}

/** Adds a qdisc; with `replace`, changes or replaces the present one. @throws {NativeError} */
export function putQdisc(netlink: Netlink, spec: TcSpec, replace = false): void {
  const what = `add ${spec.kind} ${formatHandle(spec.handle)} to interface ${spec.index}`;
  put(netlink, Rtm.NEWQDISC, Flag.CREATE | (replace ? Flag.REPLACE : Flag.EXCL), what, spec);
}

/** Adds a class, or changes the present one. @throws {NativeError} */
export function putClass(netlink: Netlink, spec: TcSpec): void {
  const what = `add ${spec.kind} class ${formatHandle(spec.handle)} to interface ${spec.index}`;
  put(netlink, Rtm.NEWTCLASS, Flag.CREATE, what, spec);
}

/** Deletes a qdisc and all below it. @returns Whether it was there. @throws {NativeError} */
export function deleteQdisc(netlink: Netlink, index: number, handle: number, parent: number): boolean {
  try {
    netlink.request({
      what: `delete qdisc ${formatHandle(handle)} of interface ${index}`,
      type: Rtm.DELQDISC,
      header: tcmsg({ index, handle, parent }),
    });
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** The kernel's answers if the interface, the qdisc or its handle does not exist. */
const GONE: readonly number[] = [Errno.ENOENT, Errno.ENODEV, Errno.EINVAL];

function isGone(error: unknown): boolean {
  return error instanceof NativeError && GONE.includes(error.code);
}

/**
 * One qdisc of an interface: by its parent (the root or a class), or by its handle.
 *
 * @returns null if there is none, except for a default qdisc of the kernel.
 * @throws {NativeError}
 */
export function findQdisc(
  netlink: Netlink,
  index: number,
  where: { parent: number } | { handle: number },
): Qdisc | null {
  let found: Qdisc | null = null;
  try {
    netlink.request({
      what: `find a qdisc of interface ${index}`,
      type: Rtm.GETQDISC,
      flags: Flag.ECHO, // or the answer goes to the multicast group alone
      header: tcmsg({ index, ...where }),
    }, (message) => {
      found = readQdisc(message);
    });
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
  return found;
}

/**
 * The qdiscs of all interfaces in the socket's namespace, without the default qdiscs of the kernel.
 *
 * @param isWanted By the handle: the other qdiscs are not read.
 * @throws {NativeError}
 */
export function listQdiscs(netlink: Netlink, isWanted: (handle: number) => boolean): Qdisc[] {
  return netlink.dump(
    { what: "list the qdiscs", type: Rtm.GETQDISC, header: tcmsg({ index: 0 }) },
    (message) => isWanted(message.header.getUint32(8, true)) ? readQdisc(message) : null,
  );
}

/** In place, without a map of attributes: the dump of a node has thousands of qdiscs. */
function readQdisc({ header }: Message): Qdisc {
  let kind = "", bytes = 0n, packets = 0, queued = 0, backlog = 0, drops = 0;
  let extra: DataView | undefined;
  const readStats = (type: number, at: number, length: number): void => {
    if (type === Stats.BASIC && length >= 12) {
      bytes = header.getBigUint64(at, true);
      packets = header.getUint32(at + 8, true);
    } else if (type === Stats.QUEUE && length >= 12) {
      queued = header.getUint32(at, true);
      backlog = header.getUint32(at + 4, true);
      drops = header.getUint32(at + 8, true);
    }
  };
  scanAttributes(header, TCMSG, header.byteLength, (type, at, length) => {
    if (type === Tca.KIND) kind = textAt(header, at, length);
    else if (type === Tca.STATS2) scanAttributes(header, at, at + length, readStats);
    else if (type === Tca.XSTATS) extra = copy(new DataView(header.buffer, header.byteOffset + at, length));
  });
  return {
    index: header.getInt32(4, true),
    handle: header.getUint32(8, true),
    parent: header.getUint32(12, true),
    ...{ kind, bytes, packets, queued, backlog, drops, extra },
  };
}

function copy(view: DataView): DataView {
  return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** A class of a classful qdisc. */
export interface TcClass {
  readonly handle: number;
  readonly parent: number;
  readonly kind: string;
  /** The options of its kind, for example TCA_HTB_*. Valid only inside `read`. */
  readonly options: Attributes;
}

/** What `read` makes of each class of an interface; null leaves a class out. @throws {NativeError} */
export function listClasses<T>(netlink: Netlink, index: number, read: (found: TcClass) => T | null): T[] {
  return netlink.dump({
    what: `list the classes of interface ${index}`,
    type: Rtm.GETTCLASS,
    header: tcmsg({ index }),
  }, ({ header, attributes }) =>
    read({
      handle: header.getUint32(8, true),
      parent: header.getUint32(12, true),
      kind: readString(attributes, Tca.KIND),
      options: nested(attributes, Tca.OPTIONS),
    }));
}
