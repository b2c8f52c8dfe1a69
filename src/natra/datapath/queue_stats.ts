import { Handle, ifbName } from "./handles.ts";
import { linkByName } from "../../net/links.ts";
import { Netlink } from "../../net/netlink.ts";
import { NetNs, netnsId } from "../../net/netns.ts";
import { findQdisc, listQdiscs, type Qdisc } from "../../net/tc.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";
import type { Applied, AppliedDirection } from "./record.ts";

/**
 * The classes of a queue, in the order in which they are served: pure ACKs, light flows, heavy flows that
 * have just begun, other heavy flows. `all`: one queue for everything.
 */
export const QUEUE_CLASSES = ["ack", "light", "young", "heavy", "all"] as const;
/** One of {@linkcode QUEUE_CLASSES}. */
export type QueueClass = (typeof QUEUE_CLASSES)[number];

/** What a queue counted. */
export interface QueueCounters {
  /** Packets. */
  readonly drops: number;
  /** Packets that ECN marked instead. */
  readonly marks: number;
  /** Bytes that are waiting. */
  readonly backlog: number;
}

/** What one class counted. */
export interface ClassCounters extends QueueCounters {
  /** The qdisc's kind, for example `fq_codel`. */
  readonly kind: string;
  /** Bytes on the wire and packets that left it. */
  readonly bytes: bigint;
  readonly packets: number;
  /** Packets that are waiting. */
  readonly queued: number;
}

/** What a pacer's queues counted, in total and by class; without classes where nothing queues. */
export interface QueueStats extends QueueCounters {
  /**
   * Bytes on the wire that left it, including those that bypassed HTB's classes; null where nothing queues.
   */
  readonly bytes: bigint | null;
  readonly classes: Readonly<Partial<Record<QueueClass, ClassCounters>>>;
}

/** null: the direction is not held, or its queue is gone. */
export type DirectionQueues = Readonly<Record<Direction, QueueStats | null>>;

/** The class whose packets wait in a qdisc, by the qdisc's handle. Free light flows count as light. */
const CLASSES: ReadonlyMap<number, QueueClass> = new Map([
  [Handle.leaf(Handle.ACK), "ack"],
  [Handle.leaf(Handle.LIGHT), "light"],
  [Handle.leaf(Handle.FREE), "light"],
  [Handle.leaf(Handle.YOUNG), "young"],
  [Handle.leaf(Handle.HEAVY), "heavy"],
  [Handle.ROOT, "all"],
]);

/** The queues of an interface; `all` is the root qdisc. */
type InterfaceQueues = Readonly<Partial<Record<QueueClass, ClassCounters>>>;
/** natra's queues in one namespace, by interface index. */
export type NamespaceQueues = ReadonlyMap<number, InterfaceQueues>;

/** The queues of all veth ends on the node, by one netlink dump. @throws {NativeError} */
export function readNodeQueues(): NamespaceQueues {
  using netlink = new Netlink();
  return list(netlink);
}

/**
 * What the queues of a pod's directions counted.
 *
 * @param node The queues on the node, if they are read for many pods; without them only this pod's are read.
 * @throws {NativeError}
 */
export function readQueues(applied: Applied, node?: NamespaceQueues): DirectionQueues {
  return queuesOf(applied, node ?? (isOutside(applied) ? listOne(applied.outside.index) : new Map()));
}

/**
 * Like readQueues() for many pods, by one netlink dump for the node and one for each pod that queues inside.
 *
 * @param onFailure Called for each pod that cannot be read; it is left out.
 */
export function readAllQueues(
  pods: readonly Applied[],
  onFailure: (applied: Applied, error: unknown) => void,
): Map<Applied, DirectionQueues> {
  const node = pods.some(isOutside) ? readNodeQueues() : new Map();
  const all = new Map<Applied, DirectionQueues>();
  for (const applied of pods) {
    try {
      all.set(applied, queuesOf(applied, node));
    } catch (error) {
      onFailure(applied, error);
    }
  }
  return all;
}

function isOutside({ ingress, side }: Applied): boolean {
  return ingress !== null && ingress.pacer !== "police" && side === "host";
}

/** @param outside The queues of this process's namespace. */
function queuesOf(applied: Applied, outside: NamespaceQueues): DirectionQueues {
  const isThere = netnsId(applied.netns) === applied.netnsId;
  const inside = isThere ? readInside(applied) : {};
  const stats = (direction: Direction): QueueStats | null => {
    const held = applied[direction];
    if (held === null || !isThere) return null;
    if (held.pacer === "police") return sumUp({}, held);
    const there = direction === "ingress" && isOutside(applied)
      ? outside.get(applied.outside.index)
      : inside[direction];
    return there === undefined ? null : sumUp(there, held);
  };
  return byDirection(stats);
}

/** The queues inside a pod. */
function readInside(applied: Applied): Partial<Record<Direction, InterfaceQueues | undefined>> {
  const isInside = (direction: Direction): boolean => {
    const held = applied[direction];
    return held !== null && held.pacer !== "police" && (direction === "egress" || !isOutside(applied));
  };
  if (!DIRECTIONS.some(isInside)) return {};
  using netns = new NetNs(applied.netns);
  using netlink = netns.run(() => new Netlink());
  const found = list(netlink);
  const { index } = applied.inside;
  const ifb = isInside("ingress") ? linkByName(netlink, ifbName(index))?.index : undefined;
  return { egress: found.get(index), ingress: ifb === undefined ? undefined : found.get(ifb) };
}

/** The queues of one interface on the node. */
function listOne(index: number): NamespaceQueues {
  using netlink = new Netlink();
  const found: Collected = new Map();
  for (const handle of CLASSES.keys()) {
    const qdisc = findQdisc(netlink, index, { handle });
    if (qdisc !== null) collect(found, qdisc);
  }
  return found;
}

function list(netlink: Netlink): NamespaceQueues {
  const found: Collected = new Map();
  for (const qdisc of listQdiscs(netlink, (handle) => CLASSES.has(handle))) collect(found, qdisc);
  return found;
}

type Collected = Map<number, Partial<Record<QueueClass, ClassCounters>>>;

function collect(found: Collected, qdisc: Qdisc): void {
  const name = CLASSES.get(qdisc.handle);
  if (name === undefined) return;
  const { index, kind, bytes, packets, drops, backlog, queued } = qdisc;
  const classes = found.get(index) ?? {};
  found.set(index, classes);
  const counted = { kind, bytes, packets, drops, marks: marksOf(qdisc), backlog, queued };
  classes[name] = classes[name] === undefined ? counted : add(classes[name], counted);
}

function add(a: ClassCounters, b: ClassCounters): ClassCounters {
  return {
    kind: a.kind,
    bytes: a.bytes + b.bytes,
    packets: a.packets + b.packets,
    drops: a.drops + b.drops,
    marks: a.marks + b.marks,
    backlog: a.backlog + b.backlog,
    queued: a.queued + b.queued,
  };
}

/** struct tc_fq_codel_xstats: type, then qdisc_stats { maxpacket, drop_overlimit, ecn_mark, … }. */
function marksOf({ kind, extra }: Qdisc): number {
  return kind === "fq_codel" && extra !== undefined && extra.byteLength >= 16 ? extra.getUint32(12, true) : 0;
}

/** Sums up the classes and what replaced queues had counted. */
function sumUp(found: InterfaceQueues, { carried }: AppliedDirection): QueueStats {
  let { drops, marks } = carried ?? { drops: 0, marks: 0 };
  let backlog = 0;
  const classes: Partial<Record<QueueClass, ClassCounters>> = {};
  for (const name of QUEUE_CLASSES) {
    const counted = found[name];
    // its classes are counted by their own queues
    if (counted === undefined || (name === "all" && counted.kind === "htb")) continue;
    classes[name] = counted;
    drops += counted.drops;
    marks += counted.marks;
    backlog += counted.backlog;
  }
  return { drops, marks, backlog, bytes: found.all?.bytes ?? null, classes };
}
