/** The agent's tasks that apply changed annotations to running pods. */
import { Cluster, type ClusterPod } from "./node_view.ts";
import type { KubeClient } from "../../kube/client.ts";
import { EventRecorder } from "../../kube/events.ts";
import { Follower } from "../../kube/informer.ts";
import { delay, Notify } from "../../base/wait.ts";
import type { Task } from "../../agent/tasks.ts";
import { allApplied } from "../datapath/record.ts";
import { isLimitAnnotation } from "../limits/sources.ts";
import type { Warning } from "../../base/log/warning.ts";
import type { Logger } from "../../base/log/log.ts";
import { Interfaces } from "./interfaces.ts";
import { Keeper } from "./reconciler.ts";

/** That often, in milliseconds, somebody looks whether pods were added or deleted, and tries again what could not be done. */
const EVERY_MS = 60_000;
/** After a failure of a whole pass, or of a watch. */
const RETRY_MS = 10_000;
/**
 * Between two passes, in milliseconds, so that many changes are one: so many times what the pass took, within these bounds. A pass during
 * which the whole machine stood still took long, too.
 */
const PAUSE_FACTOR = 20;
const LEAST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5000;
const REASON = "BandwidthAnnotation";
const NAMESPACE_KEY = "namespace ";

/** What the tasks need to know. */
export interface Options {
  readonly client: KubeClient;
  /** The node's name. */
  readonly node: string;
  /** Where libcni keeps its results. */
  readonly cache: string;
  readonly logger: Logger;
}

/** The tasks: two watches, the events, and whoever looks at the pods. */
export function annotationTasks({ client, node, cache, logger }: Options): Task[] {
  const bell = new Notify();
  const events = new EventRecorder(client, { component: "natra", node }, logger);
  const cluster = new Cluster(() => bell.notify(), (uid) => events.forget(uid));
  const pods = new Follower(client, {
    what: "pods",
    path: "/api/v1/pods",
    fieldSelector: `spec.nodeName=${node}`,
    keep: isLimitAnnotation,
    onList: (objects) => cluster.setPods(objects),
    onChange: (object) => cluster.setPod(object),
    onDelete: (object) => cluster.removePod(object),
  }, logger);
  const namespaces = new Follower(client, {
    what: "namespaces",
    path: "/api/v1/namespaces",
    keep: isLimitAnnotation,
    onList: (objects) => cluster.setNamespaces(objects),
    onChange: (object) => cluster.setNamespace(object),
    onDelete: (object) => cluster.removeNamespace(object),
  }, logger);
  const look = async (signal: AbortSignal): Promise<void> => {
    const { change } = await import("../datapath/datapath.ts");
    const keeper = new Keeper(change, logger);
    let known = "";
    while (!signal.aborted) {
      const started = performance.now();
      await lookAt(cluster.take(), { keeper, cluster, events, cache, logger, signal });
      const rest = (performance.now() - started) * PAUSE_FACTOR;
      await delay(Math.min(MOST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, rest)), signal);
      if (await bell.wait(EVERY_MS, signal)) continue;
      const now = recorded();
      if (now === known) cluster.lookAgain();
      else cluster.look();
      known = now;
    }
  };
  const task = (name: string, run: Task["run"]): Task => ({ name, everyMs: RETRY_MS, isNeeded: false, run });
  return [
    task("watch pods", (signal) => pods.run(signal)),
    task("watch namespaces", (signal) => namespaces.run(signal)),
    task("create events", (signal) => events.run(signal)),
    task("apply annotations", look),
  ];
}

/** What is held on this node, in words to compare: a pod's new sandbox has another container's ID. */
function recorded(): string {
  return allApplied().map(({ containerId, ifname }) => `${containerId} ${ifname}`).sort().join();
}

interface Pass {
  readonly keeper: Keeper;
  readonly cluster: Cluster;
  readonly events: EventRecorder;
  readonly cache: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

async function lookAt(
  pods: readonly ClusterPod[],
  { keeper, cluster, events, cache, logger, signal }: Pass,
): Promise<void> {
  if (pods.length === 0) return;
  const interfaces = new Interfaces(cache);
  keeper.retain(interfaces.held);
  for (const { pod, namespace } of pods) {
    if (signal.aborted) return;
    const { isWaiting, warnings } = keeper.look({ pod, namespace }, interfaces.of(pod));
    if (isWaiting) cluster.postpone(pod);
    const [general, own] = partition(warnings, ({ key }) => key.startsWith(NAMESPACE_KEY));
    for (const message of messages(own)) events.warn({ ...pod, kind: "Pod" }, REASON, message);
    // What is used instead is another thing for each of its pods.
    const ofAll = general.map((warning) => ({ ...warning, used: null }));
    for (const message of messages(ofAll)) events.warn({ ...namespace, kind: "Namespace" }, REASON, message);
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
