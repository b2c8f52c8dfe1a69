import { FILTER_HANDLE, Handle } from "./handles.ts";
import { tcxPrograms } from "../../ebpf/features.ts";
import { listFilters } from "../../net/tc_filters.ts";
import { linkByIndex, type LinkStats, linkStats } from "../../net/links.ts";
import { CLSACT, findQdisc, formatHandle, INGRESS, ROOT } from "../../net/tc.ts";
import { bypassOfNode } from "../../pod/bypass.ts";
import { findVeth, type PodVeth } from "../../pod/veth.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../pod/direction.ts";
import { FILTER_PRIORITY } from "../../registry/names.ts";
import type { Applied } from "./record.ts";
import { type Counters, readCounters } from "./counters.ts";
import { findIfb } from "./ifb.ts";
import { linkInfo, programName } from "../../ebpf/info.ts";
import type { ProgramName } from "./object.ts";
import { type End, type Place, placesOf } from "./attach_points.ts";

/** A hook where one of natra's programs should be. */
export interface InspectedHook {
  readonly direction: Direction;
  readonly program: ProgramName;
  readonly end: End;
  readonly point: "ingress" | "egress";
  /** The interface's name. */
  readonly device: string;
  /** Foreign programs that see a packet before natra's, described; null if natra's is not there. */
  readonly before: readonly string[] | null;
}

/** The queue at the root of an interface. */
export interface InspectedRoot {
  readonly device: string;
  readonly kind: string;
  /** As `tc` prints it. */
  readonly handle: string;
  readonly owner: "natra" | "foreign" | "kernel";
}

/** What else is on a pod's veth beside natra. */
export interface Inspection {
  readonly hooks: readonly InspectedHook[];
  /** At the pod's end and at the node's. */
  readonly inside: InspectedRoot;
  readonly outside: InspectedRoot;
  /** The ifb of a pod whose ingress is queued inside it; null if there is none. */
  readonly ifb: string | null;
  /** Queues on other interfaces of the node that packets from the pod are redirected to. */
  readonly redirects: readonly InspectedRoot[];
  /** The main CNI on this node whose packets may bypass the node's end of the veth; null if there is none. */
  readonly bypass: string | null;
  /** Largest GSO packet that the pod may send, in bytes. */
  readonly gsoMaxSize: number;
}

/** The counters of both ends and natra's, read at one moment. */
export interface VethSample {
  readonly inside: LinkStats;
  readonly outside: LinkStats;
  /** null where a direction is not held, or its counters are gone. */
  readonly counters: Readonly<Record<Direction, Counters | null>>;
}

/** Inspects a pod's veth without changing anything. @throws {Error} If the veth is gone. */
export function inspect(applied: Applied): Inspection {
  using veth = findVeth(applied.netns, applied.ifname);
  const places = DIRECTIONS.flatMap((direction) => {
    const held = applied[direction];
    if (held === null) return [];
    return placesOf(applied, direction, veth, held.limit.bucket, applied.side).map((place) => ({
      direction,
      place,
    }));
  });
  return {
    hooks: places.map(({ direction, place }) => inspectHook(direction, place, veth, applied)),
    inside: inspectRoot(veth.inside),
    outside: inspectRoot(veth.outside),
    ifb: findIfb(veth)?.link.name ?? null,
    redirects: redirects(veth),
    bypass: bypassOfNode(veth.outside.netlink)?.cni ?? null,
    gsoMaxSize: veth.inside.link.gsoMaxSize,
  };
}

/** Reads the counters of natra and of the interfaces. @throws {Error} If the veth is gone. */
export function sampleVeth(applied: Applied): VethSample {
  using veth = findVeth(applied.netns, applied.ifname);
  const read = (direction: Direction): Counters | null =>
    applied[direction] === null ? null : readCounters(applied, direction);
  const ofInside = linkStats(veth.inside.netlink, veth.inside.link.index);
  const ofOutside = linkStats(veth.outside.netlink, veth.outside.link.index);
  if (ofInside === null || ofOutside === null) throw new Error(`"${applied.ifname}" is gone`);
  return {
    inside: ofInside,
    outside: ofOutside,
    counters: byDirection(read),
  };
}

function inspectHook(
  direction: Direction,
  { program, end, hook, run }: Place,
  veth: PodVeth,
  { attach }: Applied,
): InspectedHook {
  const device = end === "outside"
    ? veth.outside.link.name
    : end === "inside"
    ? veth.inside.link.name
    : "ifb";
  const tcx = run(() => tcxPrograms(hook.ifindex, hook.point)) ?? [];
  const named = (id: number): string => `tcx program ${programName(id) ?? id}`;
  let before: string[] | null;
  if (attach === "tcx") {
    const own = tcx.indexOf(linkInfo(hook.pin)?.programId ?? -1);
    before = own < 0 ? null : tcx.slice(0, own).map(named);
  } else {
    const filters = listFilters(hook.netlink, hook.ifindex, CLSACT[hook.point]);
    const own = filters.findIndex(({ priority, handle }) =>
      priority === FILTER_PRIORITY && handle === FILTER_HANDLE
    );
    before = own < 0 ? null : [
      ...tcx.map(named),
      ...filters.slice(0, own).map(({ kind, priority, handle, program: other }) =>
        `clsact filter ${other?.name || kind} of priority ${priority}, handle 0x${handle.toString(16)}`
      ),
    ];
  }
  return { direction, program, end, point: hook.point, device, before };
}

function inspectRoot({ netlink, link }: PodVeth["inside"]): InspectedRoot {
  const there = findQdisc(netlink, link.index, { parent: ROOT });
  const handle = there?.handle ?? 0;
  return {
    device: link.name,
    kind: there?.kind ?? "",
    handle: formatHandle(handle),
    owner: handle === 0 ? "kernel" : handle === Handle.ROOT ? "natra" : "foreign",
  };
}

/** Packets from the pod may be redirected to an interface that queues them a second time. */
function redirects({ outside: { netlink, link } }: PodVeth): InspectedRoot[] {
  const targets = new Set<number>();
  for (const parent of [CLSACT.ingress, INGRESS]) {
    for (const { redirectsTo } of listFilters(netlink, link.index, parent)) {
      for (const to of redirectsTo) targets.add(to);
    }
  }
  return [...targets].flatMap((index) => {
    const to = linkByIndex(netlink, index);
    return to === null ? [] : [inspectRoot({ netlink, link: to })];
  });
}
