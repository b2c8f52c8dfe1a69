import type { Applied } from "../datapath/record.ts";
import { countHeavyFlows, readCounters, readNodeQueues, readQueues } from "../datapath/datapath.ts";
import type { QueueCounters, QueueStats } from "../datapath/queue_stats.ts";
import { addSeries, type Family, formatLabels, type Labels } from "../../metrics/exposition.ts";
import type { FamilyKey } from "./families.ts";
import { type HeldDirection, heldDirections, heldPods, nameOf } from "./held.ts";

type Families = Record<FamilyKey, Family>;

/**
 * How many pods to read before other requests are handled: a scrape of 1,000 pods must not block the agent.
 */
const BATCH = 50;

/**
 * Adds the counters of every held pod, at most 30 series per pod. A pod that cannot be read is counted as
 * unreadable.
 *
 * @param onFailure Called for each pod that cannot be read.
 */
export async function addPods(
  all: Families,
  onFailure: (applied: Applied, error: unknown) => void,
): Promise<void> {
  const pods = heldPods();
  const node = pods.length === 0 ? undefined : readNodeQueues();
  const broken = new Set<Applied>();
  const fail = (applied: Applied, error: unknown): void => {
    if (!broken.has(applied)) onFailure(applied, error);
    broken.add(applied);
  };
  for (const [index, applied] of pods.entries()) {
    if (index % BATCH === BATCH - 1) await new Promise((resolve) => setTimeout(resolve, 0));
    try {
      addPod(all, applied);
      const queues = readQueues(applied, node);
      for (const held of heldDirections(applied)) {
        addDirection(all, applied, held, queues[held.direction]);
      }
    } catch (error) {
      fail(applied, error);
    }
  }
  addSeries(all.pods, formatLabels({ state: "held" }), pods.length - broken.size);
  addSeries(all.pods, formatLabels({ state: "unreadable" }), broken.size);
}

function labelsOf(applied: Applied): Labels {
  return { ...nameOf(applied), interface: applied.ifname };
}

function addPod(all: Families, applied: Applied): void {
  const { attach, side, ingress, egress } = applied;
  const labels = {
    ...labelsOf(applied),
    attach: side === "pod" ? `${attach}-podside` : attach,
    ingress_pacer: ingress?.pacer ?? "none",
    egress_pacer: egress?.pacer ?? "none",
  };
  addSeries(all.info, formatLabels(labels), 1);
}

/** @throws {Error} If the direction's counters are gone: then only its limit was added. */
function addDirection(
  all: Families,
  applied: Applied,
  { direction, held }: HeldDirection,
  queue: QueueStats | null,
): void {
  const labels = formatLabels({ ...labelsOf(applied), direction });
  addSeries(all.limit, labels, Number(held.limit.rate) / 8);
  addSeries(all.burst, labels, held.limit.burst);
  const counters = readCounters(applied, direction);
  const heavyFlows = countHeavyFlows(applied, direction);
  if (counters === null || heavyFlows === null) throw new Error(`The pins of its ${direction} are gone`);
  for (const name of ["light", "heavy"] as const) {
    addSeries(all.bytes, `${labels},class="${name}"`, counters[`${name}_bytes`]);
    addSeries(all.packets, `${labels},class="${name}"`, counters[`${name}_packets`]);
  }
  const dropped = (by: string, name: string, value: bigint | number): void =>
    addSeries(all.dropped, `${labels},by="${by}",class="${name}"`, value);
  // With HTB the program drops on behalf of a queue without turns. That counts as the queue's, to save a
  // series.
  const inPlaceOfQueue = held.pacer === "htb" ? counters.heavy_drops : 0n;
  if (held.pacer !== "htb") {
    dropped("program", "light", counters.light_drops);
    dropped("program", "heavy", counters.heavy_drops);
  }
  if (direction === "egress") dropped("guard", "all", counters.guard_drops);
  for (const [name, { drops, backlog }] of shownClasses(queue)) {
    dropped("queue", name, BigInt(drops) + (name === "heavy" ? inPlaceOfQueue : 0n));
    addSeries(all.backlog, `${labels},class="${name}"`, backlog);
  }
  addSeries(all.marked, labels, counters.marks + BigInt(queue?.marks ?? 0));
  addSeries(all.heavyFlows, labels, heavyFlows);
}

/** The classes that have series. Young heavy flows count with the older ones, to save series. */
function shownClasses(queue: QueueStats | null): Map<string, Pick<QueueCounters, "drops" | "backlog">> {
  const shown = new Map<string, Pick<QueueCounters, "drops" | "backlog">>();
  for (const [name, { drops, backlog }] of Object.entries(queue?.classes ?? {})) {
    const key = name === "young" ? "heavy" : name;
    const before = shown.get(key) ?? { drops: 0, backlog: 0 };
    shown.set(key, { drops: before.drops + drops, backlog: before.backlog + backlog });
  }
  return shown;
}
