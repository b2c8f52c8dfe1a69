import { Handle, ifbName } from "./handles.ts";
import { linkByName } from "../../net/links.ts";
import { Netlink } from "../../net/netlink.ts";
import { NetNs, netnsId } from "../../net/netns.ts";
import { eachQdisc, findQdisc, type Qdisc } from "../../net/tc.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";
import type { Applied, AppliedDirection } from "./record.ts";

/**
 * What waits together, in the order in which it is served: pure ACKs, light flows, heavy flows that have just begun, the other heavy
 * ones; `all` where one queue holds them all.
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
  /** Bytes that wait now. */
  readonly backlog: number;
}

/** The same of one class, and more. */
export interface ClassCounters extends QueueCounters {
  /** The qdisc's kind, for example `fq_codel`. */
  readonly kind: string;
  /** What left it: bytes on the wire, and packets. */
  readonly bytes: bigint;
  readonly packets: number;
  /** Packets that wait now. */
  readonly queued: number;
}

/** What a pacer's queues counted: in all, and each class for itself; none where nothing queues. */
export interface QueueStats extends QueueCounters {
  /** What left it: bytes on the wire, those that passed by HTB's classes included; null where nothing queues. */
  readonly bytes: bigint | null;
  readonly classes: Readonly<Partial<Record<QueueClass, ClassCounters>>>;
}

/** By direction; null: not held, or gone. */
export type DirectionQueues = Readonly<Record<Direction, QueueStats | null>>;

/** Which class's packets wait in a qdisc, by its handle; free light flows count with the light ones. */
const CLASSES: ReadonlyMap<number, QueueClass> = new Map([
  [Handle.leaf(Handle.ACK), "ack"],
  [Handle.leaf(Handle.LIGHT), "light"],
  [Handle.leaf(Handle.FREE), "light"],
  [Handle.leaf(Handle.YOUNG), "young"],
  [Handle.leaf(Handle.HEAVY), "heavy"],
  [Handle.ROOT, "all"],
]);

/** The queues of an interface; `all` is the root's. */
type InterfaceQueues = Readonly<Partial<Record<QueueClass, ClassCounters>>>;
/** natra's queues in one namespace, by the interface's index. */
export type NamespaceQueues = ReadonlyMap<number, InterfaceQueues>;

/** The queues of all pods' ends on the node, by one netlink dump. @throws {NativeError} */
export function readNodeQueues(): NamespaceQueues {
  using netlink = new Netlink();
  return list(netlink);
}

/**
 * What the queues of a pod's directions counted.
 *
 * @param node Those on the node, where they are read for many pods: without them only this pod's are asked for.
 * @throws {NativeError}
 */
export function readQueues(applied: Applied, node?: NamespaceQueues): DirectionQueues {
  return queuesOf(applied, node ?? (isOutside(applied) ? listOne(applied.outside.index) : new Map()));
}

/**
 * The same for many pods, by one netlink dump for all ends on the node and one for each pod that queues inside.
 *
 * @param onFailure Told of a pod that cannot be read: it must not hide the others, and is left out.
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

/** What queues inside a pod. */
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

/** One of the node's interfaces, without the others' queues. */
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
  eachQdisc(netlink, (handle) => CLASSES.has(handle), (qdisc) => collect(found, qdisc));
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

/** @param held What it counted in queues that were replaced is in the sum. */
function sumUp(found: InterfaceQueues, { carried }: AppliedDirection): QueueStats {
  let { drops, marks } = carried ?? { drops: 0, marks: 0 };
  let backlog = 0;
  const classes: Partial<Record<QueueClass, ClassCounters>> = {};
  for (const name of QUEUE_CLASSES) {
    const counted = found[name];
    if (counted === undefined || (name === "all" && counted.kind === "htb")) continue; // its classes have queues of their own
    classes[name] = counted;
    drops += counted.drops;
    marks += counted.marks;
    backlog += counted.backlog;
  }
  return { drops, marks, backlog, bytes: found.all?.bytes ?? null, classes };
}
