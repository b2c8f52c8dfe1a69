/**
 * All of natra's metrics: name, type and meaning. Names must not change: alerts and dashboards depend on
 * them.
 *
 * @module
 */
import type { Family, MetricType } from "../../metrics/exposition.ts";

const list = {
  build: ["natra_build_info", "gauge", "Always 1: the version of natra and of its runtime."],
  pods: [
    "natra_pods",
    "gauge",
    "Pods with a limit on this node; unreadable: their programs or counters are gone.",
  ],
  collect: ["natra_collect_duration_seconds", "gauge", "Time it took to collect these metrics."],

  addsStarted: [
    "natra_adds_started_total",
    "counter",
    "CNI ADDs that began to limit a pod; those missing in natra_adds_total crashed, hung or were killed.",
  ],
  adds: [
    "natra_adds_total",
    "counter",
    "CNI ADDs by outcome: limited, unlimited (no limit requested), failed (the pod started without its limit), " +
    "refused (with an error).",
  ],
  failOpen: [
    "natra_fail_open_total",
    "counter",
    "Pods that started without their limit, by reason; the log has details.",
  ],
  addDuration: [
    "natra_add_duration_seconds",
    "histogram",
    "Duration of CNI ADDs, from when their runtime was up (about 20 ms after process start) to their end.",
  ],

  info: ["natra_pod_info", "gauge", "Always 1: how a pod is attached and paced."],
  limit: [
    "natra_pod_limit_bytes_per_second",
    "gauge",
    "Rate that a pod may send (egress) or receive (ingress).",
  ],
  burst: ["natra_pod_burst_bytes", "gauge", "Burst that small flows may send at once after a pause."],
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
  backlog: ["natra_pod_queue_bytes", "gauge", "Bytes waiting in each class of the queue."],
  heavyFlows: [
    "natra_pod_heavy_flows",
    "gauge",
    "Flows above their fair share in the last second, at most 128.",
  ],
} as const satisfies Readonly<Record<string, readonly [name: string, type: MetricType, help: string]>>;

/** A metric's name in the code. */
export type FamilyKey = keyof typeof list;

/** The families in output order, without series. */
export function families(): Record<FamilyKey, Family> {
  const all = {} as Record<FamilyKey, Family>;
  for (const key of Object.keys(list) as FamilyKey[]) {
    const [name, type, help] = list[key];
    all[key] = { name, type, help, lines: [] };
  }
  return all;
}
