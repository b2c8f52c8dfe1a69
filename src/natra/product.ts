/** natra as the house knows it. */
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
      hookOrder: [only(3)], // behind patronus' source check and policy, before pona's encapsulation
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
      summary: "walk ADD, CHECK or DEL by hand, and see each choice with its reason",
      load: () => import("./commands/debug.ts"),
    },
    doctor: {
      summary: "prove that pods are held to their limits, and say what keeps them from it",
      load: () => import("./commands/doctor/doctor.ts"),
    },
    limit: {
      summary: "change what a running pod is held to, at once",
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
      summary: "who is limited on this node, by what, and what was counted",
      load: () => import("./commands/status.ts"),
    },
    top: {
      summary: "the heaviest flows, live: who fills which limit",
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
