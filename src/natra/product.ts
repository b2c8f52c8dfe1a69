/** natra as shared code knows it. */
import type { AgentContext, AgentPart, Product } from "../agent/product.ts";
import { only } from "../registry/allotment.ts";
import { CHAINED_PLUGIN } from "./chained_plugin.ts";
import { FILTER_HANDLE, IFB_PREFIX, QDISC_MAJORS } from "./datapath/handles.ts";
import { LOG_DIRECTORY, PIN_ROOT, RECORD_ROOT } from "./node_state.ts";

const PORT = 9631;

export const product: Product = {
  name: "natra",
  summary: "holds pods to their bandwidth annotations, and keeps their small flows quick",
  type: CHAINED_PLUGIN.type,
  port: PORT,
  allotment: {
    product: "natra",
    numbers: {
      qdiscMajor: [QDISC_MAJORS],
      filterHandle: [only(FILTER_HANDLE)],
      hookOrder: [only(3)], // after patronus' source check and policy, before pona's encapsulation
      tcpPort: [only(PORT)],
    },
    names: {
      cniType: [CHAINED_PLUGIN.type],
      path: [PIN_ROOT, RECORD_ROOT, LOG_DIRECTORY],
      link: [IFB_PREFIX],
      metric: ["natra_"],
      annotation: ["natra.io/"],
    },
  },
  chained: CHAINED_PLUGIN,
  commands: {
    debug: {
      summary: "run ADD, CHECK or DEL by hand, and show each choice with its reason",
      load: () => import("./commands/debug.ts"),
    },
    doctor: {
      summary: "check that pods are held to their limits, and explain what prevents it",
      load: () => import("./commands/doctor/doctor.ts"),
    },
    limit: {
      summary: "change the limits of a running pod at once",
      load: () => import("./commands/limit/limit.ts"),
    },
    reconcile: {
      summary: "remove what dead pods and killed calls left behind",
      load: () => import("./commands/reconcile.ts"),
    },
    show: {
      summary: "everything about one pod: limits, queues, sketch, flows, choices",
      load: () => import("./commands/show/show.ts"),
    },
    status: {
      summary: "the limited pods of this node, with their limits and counters",
      load: () => import("./commands/status.ts"),
    },
    top: {
      summary: "the heaviest flows, live, and the limits that they fill",
      load: () => import("./commands/top/top.ts"),
    },
  },
  agent,
  metrics: async (onFailure) => (await import("./metrics/collect.ts")).collect(onFailure),
  podNames: async () => {
    const { podName, wantedPods } = await import("./commands/pods.ts");
    return wantedPods([]).map(podName);
  },
  uninstall: async (report) => (await import("./uninstall.ts")).uninstall(report),
};

async function agent({ logger, cluster, cniCache }: AgentContext): Promise<AgentPart> {
  const [{ growTask }, { reconcileTask }, { pageRoutes }, { annotationTasks }] = await Promise.all([
    import("./agent/grow.ts"),
    import("./agent/reconcile.ts"),
    import("./agent/routes.ts"),
    import("./annotations/tasks.ts"),
  ]);
  const annotations = cluster === null ? [] : annotationTasks({ ...cluster, cache: cniCache, logger });
  return { tasks: [reconcileTask(logger), growTask(logger), ...annotations], routes: pageRoutes() };
}
