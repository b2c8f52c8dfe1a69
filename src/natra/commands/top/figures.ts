import type { Flow, QueueStats } from "../../datapath/datapath.ts";
import type { Direction } from "../../../pod/direction.ts";
import { podName } from "../pods.ts";
import type { DirectionSample, Sample } from "./sample.ts";

/** What the figures are about. */
interface Subject {
  readonly pod: string;
  readonly containerId: string;
  readonly ifname: string;
  readonly direction: Direction;
}

/** The queue of one class between two samples. Rates are in bits/s, sizes in bytes. */
export interface ClassFigures {
  readonly kind: string;
  readonly sent: number;
  readonly waitingBytes: number;
  readonly waitingPackets: number;
  /** Packets per second. */
  readonly drops: number;
  readonly marks: number;
}

/** One direction of one pod between two samples. Rates are in bits/s. */
export interface DirectionFigures extends Subject {
  readonly limit: number;
  /** What arrived, before any queue or drop. */
  readonly offered: number;
  /** What left the queue; null if there is none. */
  readonly sent: number | null;
  /** The heavy flows' part of what arrived, 0 to 1. */
  readonly heavyShare: number;
  readonly waitingBytes: number;
  /** Packets per second, by the program, the queue and the guard together. */
  readonly drops: number;
  readonly marks: number;
  readonly classes: Readonly<Record<string, ClassFigures>>;
}

/** A heavy flow between two samples. */
export interface FlowFigures extends Subject {
  readonly protocol: string;
  /** Empty if it is not IP. */
  readonly source: string;
  /** 0 if there is none. */
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** Bits/s offered, before any queue or drop. */
  readonly rate: number;
  /** The rate as a part of the limit: above 1 if the flow does not slow down. */
  readonly share: number;
  /** Since the program remembers it. */
  readonly bytes: number;
  readonly heavySeconds: number;
  readonly idleSeconds: number;
  /** Packets, by the program itself; queues do not count by flow. */
  readonly drops: number;
  readonly marks: number;
}

/** What happened between two samples. */
export interface Figures {
  /** Between them, the mean of all directions. */
  readonly seconds: number;
  readonly directions: readonly DirectionFigures[];
  readonly flows: readonly FlowFigures[];
}

/** A flow without a heavy packet for this long is not shown any more. */
export const FORGET_AFTER_SECONDS = 10;
const NS = 1e9;

/** Rounds to thousandths, the precision of a measurement of a second. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Compares two samples. A direction that is only in the later one has no figures yet. */
export function compare(before: Sample, after: Sample): Figures {
  const directions: DirectionFigures[] = [], flows: FlowFigures[] = [];
  let total = 0;
  for (const [key, now] of after) {
    const then = before.get(key);
    if (then === undefined) continue;
    const seconds = Math.max(now.at - then.at, 1) / 1000;
    total += seconds;
    directions.push(directionFigures(then, now, seconds));
    flows.push(...flowFigures(then, now, seconds));
  }
  return { seconds: directions.length === 0 ? 0 : round(total / directions.length), directions, flows };
}

function subjectOf({ applied, direction }: DirectionSample): Subject {
  return { pod: podName(applied), containerId: applied.containerId, ifname: applied.ifname, direction };
}

function limitOf({ applied, direction }: DirectionSample): number {
  return Number(applied[direction]?.limit.rate ?? 0n);
}

/** The growth of a counter; one that decreased was reset, because the pod was set up again. */
function grown(then: bigint | number, now: bigint | number): number {
  return Number(now < then ? now : BigInt(now) - BigInt(then));
}

/** Bits per second. */
function bitsOf(then: bigint, now: bigint, seconds: number): number {
  return Math.round(grown(then, now) * 8 / seconds);
}

function directionFigures(then: DirectionSample, now: DirectionSample, seconds: number): DirectionFigures {
  const counted = (...names: (keyof DirectionSample["counters"])[]): number =>
    names.reduce((sum, name) => sum + grown(then.counters[name], now.counters[name]), 0);
  const heavy = counted("heavy_bytes"), all = heavy + counted("light_bytes");
  const classes = classFigures(then.queue, now.queue, seconds);
  const queued = Object.values(classes), sent = now.queue?.bytes ?? null;
  const sum = (field: "drops" | "marks"): number => queued.reduce((total, one) => total + one[field], 0);
  return {
    ...subjectOf(now),
    limit: limitOf(now),
    offered: Math.round(all * 8 / seconds),
    sent: sent === null ? null : bitsOf(then.queue?.bytes ?? 0n, sent, seconds),
    heavyShare: all === 0 ? 0 : round(heavy / all),
    waitingBytes: now.queue?.backlog ?? 0,
    drops: round(counted("light_drops", "heavy_drops", "guard_drops") / seconds + sum("drops")),
    marks: round(counted("marks") / seconds + sum("marks")),
    classes,
  };
}

function classFigures(
  then: QueueStats | null,
  now: QueueStats | null,
  seconds: number,
): Record<string, ClassFigures> {
  const figures: Record<string, ClassFigures> = {};
  for (const [name, counted] of Object.entries(now?.classes ?? {})) {
    const old = new Map(Object.entries(then?.classes ?? {})).get(name);
    figures[name] = {
      kind: counted.kind,
      sent: bitsOf(old?.bytes ?? 0n, counted.bytes, seconds),
      waitingBytes: counted.backlog,
      waitingPackets: counted.queued,
      drops: round(grown(old?.drops ?? 0, counted.drops) / seconds),
      marks: round(grown(old?.marks ?? 0, counted.marks) / seconds),
    };
  }
  return figures;
}

function nameOf({ protocol, source, sourcePort, destination, destinationPort }: Flow): string {
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}

function flowFigures(then: DirectionSample, now: DirectionSample, seconds: number): FlowFigures[] {
  const old = new Map(then.flows.map((flow) => [nameOf(flow), flow.bytes]));
  const limit = limitOf(now);
  return now.flows.flatMap((flow) => {
    const idleSeconds = Number(flow.idleFor) / NS;
    if (idleSeconds > FORGET_AFTER_SECONDS) return [];
    // A flow that is new, or was evicted and came back, began at 0.
    const rate = Math.round(grown(old.get(nameOf(flow)) ?? 0n, flow.bytes) * 8 / seconds);
    const { protocol, source, sourcePort, destination, destinationPort } = flow;
    return [{
      ...subjectOf(now),
      ...{ protocol, source, sourcePort, destination, destinationPort },
      rate,
      share: limit === 0 ? 0 : round(rate / limit),
      bytes: Number(flow.bytes),
      heavySeconds: round(Number(flow.heavyFor) / NS),
      idleSeconds: round(idleSeconds),
      drops: Number(flow.drops),
      marks: Number(flow.marks),
    }];
  });
}

/** What flows can be sorted by: `pod` by name, the others largest first. */
export const SORTS = ["rate", "share", "bytes", "age", "pod"] as const;
/** One of {@linkcode SORTS}. */
export type Sort = (typeof SORTS)[number];

const BY: Readonly<Record<Sort, (a: FlowFigures, b: FlowFigures) => number>> = {
  rate: (a, b) => b.rate - a.rate,
  share: (a, b) => b.share - a.share,
  bytes: (a, b) => b.bytes - a.bytes,
  age: (a, b) => b.heavySeconds - a.heavySeconds,
  pod: (a, b) => a.pod < b.pod ? -1 : a.pod > b.pod ? 1 : b.rate - a.rate,
};

/** Sorts the flows, and the directions by how much of their limit is offered. */
export function sortFigures({ seconds, directions, flows }: Figures, sort: Sort): Figures {
  // In steps of a tenth of the limit, so that similar ones keep their places on the screen.
  const offeredTenths = ({ offered, limit }: DirectionFigures): number =>
    Math.round(offered * 10 / Math.max(limit, 1));
  const name = ({ pod, ifname, direction }: DirectionFigures): string => `${pod} ${ifname} ${direction}`;
  const byName = (a: DirectionFigures, b: DirectionFigures): number => name(a) < name(b) ? -1 : 1;
  return {
    seconds,
    directions: directions.toSorted((a, b) =>
      (sort === "pod" ? 0 : offeredTenths(b) - offeredTenths(a)) || byName(a, b)
    ),
    flows: flows.toSorted(BY[sort]),
  };
}
