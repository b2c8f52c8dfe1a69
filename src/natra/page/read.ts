/** What the page shows, read from the kernel only when the page asks. */
import type { Applied } from "../datapath/record.ts";
import {
  type Counters,
  type Flow,
  isHeavyNow,
  readCounters,
  readFlows,
  readNodeQueues,
  readQueues,
} from "../datapath/datapath.ts";
import type { NamespaceQueues, QueueStats } from "../datapath/queue_stats.ts";
import { monotonicNow } from "../../kernel/clock.ts";
import { nodeName } from "../../kernel/version.ts";
import { escapeInvisible } from "../../base/log/quote.ts";
import { heldPods, nameOf } from "../metrics/held.ts";
import type { Direction } from "../../pod/direction.ts";
import type { DirectionInfo, LiveAnswer, LiveDirection, LiveFlow, LivePod, PodsAnswer } from "./contract.ts";

/** The limited pods. @throws {Error} If nothing can be read at all. */
export function readPods(version: string): PodsAnswer {
  const pods = heldPods().map((applied) => ({
    id: idOf(applied),
    namespace: escapeInvisible(nameOf(applied).namespace),
    pod: escapeInvisible(nameOf(applied).pod),
    interface: applied.ifname,
    attach: applied.side === "pod" ? `${applied.attach}, inside the pod` : applied.attach,
    created: applied.created,
    ingress: describe(applied, "ingress"),
    egress: describe(applied, "egress"),
  }));
  return { node: nodeName(), version, pods };
}

/** The counters of some pods. @param ids IDs of {@linkcode readPods}; unknown ones are skipped. */
export function readLive(ids: ReadonlySet<string>): LiveAnswer {
  const wanted = heldPods().filter((applied) => ids.has(idOf(applied)));
  if (wanted.length === 0) return { pods: [] };
  const node = readNodeQueues();
  return { pods: wanted.map((applied) => readPod(applied, node)) };
}

function idOf({ containerId, ifname }: Applied): string {
  return `${containerId}/${ifname}`;
}

function describe(applied: Applied, direction: Direction): DirectionInfo | null {
  const held = applied[direction];
  if (held === null) return null;
  const { limit: { rate, burst }, pacer, queue } = held;
  const counters = attempt(() => readCounters(applied, direction));
  return {
    rate: Number(rate),
    burst: Number(burst),
    pacer,
    queue,
    bytes: counters === null ? null : Number(counters.light_bytes + counters.heavy_bytes),
  };
}

function readPod(applied: Applied, node: NamespaceQueues): LivePod {
  const queues = attempt(() => readQueues(applied, node));
  const time = Number(monotonicNow()) / 1e6;
  const read = (direction: Direction): LiveDirection | null =>
    attempt(() => readDirection(applied, direction, queues?.[direction] ?? null));
  return { id: idOf(applied), time, ingress: read("ingress"), egress: read("egress") };
}

function readDirection(
  applied: Applied,
  direction: Direction,
  queue: QueueStats | null,
): LiveDirection | null {
  if (applied[direction] === null) return null;
  const counters = readCounters(applied, direction);
  const flows = readFlows(applied, direction);
  if (counters === null || flows === null) return null;
  const passed = passedBytes(queue, counters);
  const dropped = counters.light_drops + counters.heavy_drops + counters.guard_drops;
  return {
    bytes: Number(passed.all),
    heavyBytes: Number(passed.heavy),
    drops: Number(dropped) + (queue?.drops ?? 0),
    marks: Number(counters.marks) + (queue?.marks ?? 0),
    waiting: queue === null ? null : queue.backlog,
    flows: flows.filter(isHeavyNow).map(describeFlow),
  };
}

/** What left the queue; without a queue, what arrived at the program. */
function passedBytes(queue: QueueStats | null, counters: Counters): { all: bigint; heavy: bigint } {
  const arrived = { all: counters.light_bytes + counters.heavy_bytes, heavy: counters.heavy_bytes };
  if (queue === null || queue.bytes === null) return arrived;
  const { heavy, young, all } = queue.classes;
  return {
    all: queue.bytes,
    heavy: all === undefined ? (heavy?.bytes ?? 0n) + (young?.bytes ?? 0n) : arrived.heavy,
  };
}

function describeFlow(flow: Flow): LiveFlow {
  const end = (address: string, port: number): string =>
    port === 0 ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return {
    source: end(flow.source, flow.sourcePort),
    destination: end(flow.destination, flow.destinationPort),
    protocol: flow.protocol,
    bytes: Number(flow.bytes),
    heavyFor: Number(flow.heavyFor) / 1e6,
  };
}

/** A pod may disappear while it is read: then there is nothing to show. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
