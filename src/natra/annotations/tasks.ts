/** The agent's tasks that apply changed annotations to running pods. */
import { type ClusterPod, decodeAnnotated, NodeView } from "./node_view.ts";
import type { KubeClient } from "../../kube/client.ts";
import { EventRecorder, referenceTo } from "../../kube/events.ts";
import type { SharedInformers } from "../../kube/informer.ts";
import { NAMESPACES, PODS } from "../../kube/resource.ts";
import { delay, Notify } from "../../base/wait.ts";
import type { Task } from "../../agent/tasks.ts";
import { allApplied } from "../datapath/record.ts";
import type { Warning } from "../../base/log/warning.ts";
import type { Logger } from "../../base/log/log.ts";
import { Interfaces } from "./interfaces.ts";
import { Reconciler } from "./reconciler.ts";

/** How often to look for added or deleted pods, and to retry failures. */
const EVERY_MS = 60_000;
/** After a failure of a whole pass. */
const RETRY_MS = 10_000;
/**
 * Pause between passes, so that changes coalesce: PAUSE_FACTOR times the last pass, clamped (a suspended
 * machine makes a pass look long).
 */
const PAUSE_FACTOR = 20;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;
const REASON = "BandwidthAnnotation";
const NAMESPACE_KEY = "namespace ";

/** What the tasks need to know. */
export interface AnnotationOptions {
  readonly client: KubeClient;
  readonly informers: SharedInformers;
  /** The node's name. */
  readonly node: string;
  /** Where libcni keeps its results. */
  readonly cache: string;
  readonly logger: Logger;
}

/** The tasks that create events and apply annotations. The caller runs the informers. */
export function annotationTasks({ client, informers, node, cache, logger }: AnnotationOptions): Task[] {
  const changed = new Notify();
  const events = new EventRecorder(client, { component: "natra", node }, logger);
  // Only names and annotations are kept: a whole Pod is ten times as long.
  const pods = informers.informer({
    resource: { ...PODS, decode: decodeAnnotated },
    fieldSelector: `spec.nodeName=${node}`,
    metadataOnly: true,
  });
  const namespaces = informers.informer({
    resource: { ...NAMESPACES, decode: decodeAnnotated },
    metadataOnly: true,
  });
  const view = new NodeView({
    pods,
    namespaces,
    onWork: () => changed.notify(),
    onGone: (uid) => events.forget(uid),
  });
  const look = async (signal: AbortSignal): Promise<void> => {
    const { change } = await import("../datapath/datapath.ts");
    const reconciler = new Reconciler(change, logger);
    let known = "";
    while (!signal.aborted) {
      const started = performance.now();
      await lookAt(view.take(), { reconciler, view, events, cache, logger, signal });
      const rest = (performance.now() - started) * PAUSE_FACTOR;
      await delay(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, rest)), signal);
      if (await changed.wait(EVERY_MS, signal)) continue;
      const now = recorded();
      if (now === known) view.lookAgain();
      else view.look();
      known = now;
    }
  };
  const task = (name: string, run: Task["run"]): Task => ({ name, everyMs: RETRY_MS, isNeeded: false, run });
  return [
    task("create events", (signal) => events.run(signal)),
    task("apply annotations", look),
  ];
}

/** A fingerprint of what is held on this node: a pod's new sandbox has another container's ID. */
function recorded(): string {
  return allApplied().map(({ containerId, ifname }) => `${containerId} ${ifname}`).sort().join();
}

interface Pass {
  readonly reconciler: Reconciler;
  readonly view: NodeView;
  readonly events: EventRecorder;
  readonly cache: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

async function lookAt(
  pods: readonly ClusterPod[],
  { reconciler, view, events, cache, logger, signal }: Pass,
): Promise<void> {
  if (pods.length === 0) return;
  const interfaces = new Interfaces(cache);
  reconciler.retain(interfaces.held);
  for (const { pod, namespace } of pods) {
    if (signal.aborted) return;
    const { isWaiting, warnings } = reconciler.look({ pod, namespace }, interfaces.of(pod.metadata));
    if (isWaiting) view.postpone(pod);
    const [general, own] = partition(warnings, ({ key }) => key.startsWith(NAMESPACE_KEY));
    for (const message of messages(own)) events.warn(referenceTo(PODS, pod), REASON, message);
    // What is used instead is another thing for each of its pods.
    const ofAll = general.map((warning) => ({ ...warning, used: null }));
    for (const message of messages(ofAll)) events.warn(referenceTo(NAMESPACES, namespace), REASON, message);
    await delay(0, signal); // signals and requests are heard between two pods
  }
  logger.debug("looked at pods", { count: pods.length });
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}

/** One message for each annotation, whatever of it is wrong. The configuration's own faults are no pod's. */
function messages(warnings: readonly (Omit<Warning, "used"> & { used: string | null })[]): string[] {
  const ofAnnotations = warnings.filter(({ key }) => key.includes("annotation "));
  const byAnnotation = Map.groupBy(ofAnnotations, ({ key }) => key.split(": ")[0]);
  return [...byAnnotation.values()].map((about) =>
    about.map(({ key, given, used, why }) =>
      `${key} is ${given}: ${why}${used === null ? "" : `; used: ${used}`}`
    ).join("; ")
  );
}
