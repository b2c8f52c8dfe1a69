/**
 * Every metric that natra has: its name, type and meaning. Names are a promise: alerts and dashboards hang on them.
 *
 * @module
 */
import type { Family, MetricType } from "../../metrics/exposition.ts";

const list = {
  build: ["natra_build_info", "gauge", "Always 1: which natra this is, and the runtime inside."],
  pods: ["natra_pods", "gauge", "Pods with a limit on this node; unreadable: what should hold them is gone."],
  collect: ["natra_collect_duration_seconds", "gauge", "How long it took to read all of this."],

  addsStarted: [
    "natra_adds_started_total",
    "counter",
    "CNI ADDs that set out to limit a pod; those that never end in natra_adds_total crashed, hung or were killed.",
  ],
  adds: [
    "natra_adds_total",
    "counter",
    "CNI ADDs by outcome: limited, unlimited (nobody asked), failed (the pod started without its limit), refused (with an error).",
  ],
  failOpen: [
    "natra_fail_open_total",
    "counter",
    "Pods that started without the limit that they asked for, by reason: the log says more.",
  ],
  addDuration: [
    "natra_add_duration_seconds",
    "histogram",
    "How long CNI ADDs took, from when their runtime was up (some 20 ms after its start) to their end.",
  ],

  info: ["natra_pod_info", "gauge", "Always 1: how a pod is held, where it attaches and what paces it."],
  limit: ["natra_pod_limit_bytes_per_second", "gauge", "What a pod may send (egress) or receive (ingress)."],
  burst: ["natra_pod_burst_bytes", "gauge", "What small flows may send at once after a pause."],
  bytes: [
    "natra_pod_bytes_total",
    "counter",
    "Bytes on the wire that reached the queue, of light and of heavy flows (those above their fair share).",
  ],
  packets: [
    "natra_pod_packets_total",
    "counter",
    "Packets that reached the queue, of light and of heavy flows.",
  ],
  dropped: [
    "natra_pod_dropped_packets_total",
    "counter",
    "Packets dropped by the program, a class of the queue, or the guard.",
  ],
  marked: ["natra_pod_marked_packets_total", "counter", "Packets that ECN marked instead of dropping them."],
  backlog: ["natra_pod_queue_bytes", "gauge", "Bytes that wait in each class of the queue now."],
  heavyFlows: [
    "natra_pod_heavy_flows",
    "gauge",
    "Flows above their fair share in the last second, at most 128.",
  ],
} as const satisfies Readonly<Record<string, readonly [name: string, type: MetricType, help: string]>>;

/** A metric, by its name in this house. */
export type FamilyKey = keyof typeof list;

/** The families, without series yet, in the order in which they are written. */
export function families(): Record<FamilyKey, Family> {
  const all = {} as Record<FamilyKey, Family>;
  for (const key of Object.keys(list) as FamilyKey[]) {
    const [name, type, help] = list[key];
    all[key] = { name, type, help, lines: [] };
  }
  return all;
}
