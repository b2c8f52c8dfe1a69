/** Controllers, ours and Kubernetes' own, and the hollow kubelet. */
import { assert, assertEquals } from "@std/assert";
import type { EndpointSlice } from "kubernetes-types/discovery/v1";
import { controllerTask } from "../../src/agent/controller.ts";
import { isNotFound } from "../../src/kube/errors.ts";
import { SharedInformers } from "../../src/kube/informer.ts";
import { keyOf, type KubeObject, nameOfKey } from "../../src/kube/objects.ts";
import { controllerOf, controllerReference } from "../../src/kube/owners.ts";
import { type Resource, scaleOf, statusOf } from "../../src/kube/resource.ts";
import { WorkQueue } from "../../src/kube/work_queue.ts";
import type { Child } from "../rig/child.ts";
import { HollowKubelet } from "../rig/cluster/hollow_kubelet.ts";
import { HollowScheduler } from "../rig/cluster/hollow_scheduler.ts";
import { RoutedNetwork } from "../rig/cluster/pod_network.ts";
import { CONFIG_MAPS, DEPLOYMENTS, ENDPOINT_SLICES, PODS, SERVICES } from "../rig/cluster/resources.ts";
import { run } from "../rig/run.ts";
import { inNamespace, NAMESPACE, type Scenario, type Stage, until, WIDGETS } from "./stage.ts";

const WEB = { namespace: NAMESPACE, name: "web" };
const LABELS = { app: "web" };
const PORT = 5201;
const MANAGER = { fieldManager: "widgets", force: true };

async function isGone(
  { client, signal }: Stage,
  resource: Resource<KubeObject>,
  name: string,
): Promise<true | null> {
  try {
    await client.get(resource, { namespace: NAMESPACE, name }, signal);
    return null;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

/** The addresses of a Service's endpoints that are ready. */
async function readyAddresses({ client, signal }: Stage, service: string): Promise<string[]> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const { items } = await client.list(ENDPOINT_SLICES, { namespace: NAMESPACE, labelSelector }, signal);
  // A slice without endpoints has null there, whatever its type says.
  return items.flatMap(({ endpoints }: { readonly endpoints: EndpointSlice["endpoints"] | null }) =>
    (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) =>
      addresses
    )
  ).sort();
}

async function namespaces(): Promise<string[]> {
  return (await run(["ip", "netns", "list"])).split("\n").filter((line) => line !== "");
}

/** Makes a ConfigMap of each widget, and counts it in the widget's status. */
async function withWidgetController(
  stage: Stage,
  play: (failures: { left: number }) => Promise<void>,
): Promise<void> {
  const { client, logger } = stage;
  const informers = new SharedInformers(client, logger);
  const widgets = informers.informer({ resource: WIDGETS });
  const children = informers.informer({ resource: CONFIG_MAPS, labelSelector: "of=widget" });
  const queue = new WorkQueue({ minRetryMs: 50 });
  const add = ({ metadata }: KubeObject): void => queue.add(keyOf(metadata));
  widgets.addHandler({ onAdd: add, onUpdate: add, onDelete: add });
  const addOwner = ({ metadata }: typeof CONFIG_MAPS extends Resource<infer T> ? T : never): void => {
    const owner = controllerOf(metadata.ownerReferences ?? []);
    if (owner !== undefined) queue.add(keyOf({ namespace: metadata.namespace, name: owner.name }));
  };
  children.addHandler({ onAdd: addOwner, onUpdate: addOwner, onDelete: addOwner });
  const failures = { left: 0 };
  const stop = new AbortController();
  const controller = controllerTask({
    name: "widget",
    queue,
    informers: [widgets, children],
    logger,
    sync: async (key, signal) => {
      const widget = widgets.store.get(key);
      if (widget === undefined) return;
      if (failures.left-- > 0) throw new Error("not yet");
      const { name, namespace } = nameOfKey(key);
      const metadata = {
        name: `widget-${name}`,
        namespace,
        labels: { of: "widget" },
        ownerReferences: [controllerReference(WIDGETS, widget)],
      };
      await client.apply(CONFIG_MAPS, { metadata, data: { colour: widget.spec.colour } }, MANAGER, signal);
      const status = { replicas: widget.spec.replicas, ready: true };
      await client.apply(statusOf(WIDGETS), { metadata: { name, namespace }, status }, MANAGER, signal);
    },
  });
  const running = Promise.all([informers.run(stop.signal), controller.run(stop.signal)]);
  try {
    await play(failures);
  } finally {
    stop.abort();
    await running;
  }
}

export const CLUSTER_SCENARIOS: readonly Scenario[] = [
  {
    name: "what has lost its owner is collected",
    run: async (stage) => {
      const { client, signal } = stage;
      const owner = await client.create(CONFIG_MAPS, inNamespace("owner", {}), signal);
      const metadata = {
        name: "owned",
        namespace: NAMESPACE,
        ownerReferences: [controllerReference(CONFIG_MAPS, owner)],
      };
      await client.create(CONFIG_MAPS, { metadata }, signal);
      const orphaned = { ...metadata, name: "orphaned" };
      await client.create(CONFIG_MAPS, { metadata: { ...orphaned, ownerReferences: [] } }, signal);
      await client.delete(CONFIG_MAPS, owner.metadata, signal, { propagationPolicy: "Background" });
      await until("see the owned one collected", () => isGone(stage, CONFIG_MAPS, "owned"));
      assertEquals(await isGone(stage, CONFIG_MAPS, "orphaned"), null);
    },
  },
  {
    name: "a controller makes, mends and reports, also after failures; its objects go with their owner",
    run: async (stage) => {
      const { client, signal } = stage;
      await withWidgetController(stage, async (failures) => {
        failures.left = 3;
        const spec = { replicas: 2, colour: "red" };
        await client.create(WIDGETS, inNamespace("mended", { spec }), signal);
        const child = { namespace: NAMESPACE, name: "widget-mended" };
        const colour = (): Promise<string | undefined> =>
          client.get(CONFIG_MAPS, child, signal).then(({ data }) => data?.["colour"], () => undefined);
        await until("see it made", async () => await colour() === "red" ? true : null);
        const mended = { namespace: NAMESPACE, name: "mended" };
        await until("see its status", async () => {
          return (await client.get(WIDGETS, mended, signal)).status.ready ? true : null;
        });
        await client.delete(CONFIG_MAPS, child, signal);
        await until("see it come back", async () => await colour() === "red" ? true : null);
        await client.mergePatch(CONFIG_MAPS, child, { data: { colour: "grey" } }, signal);
        await until("see it mended", async () => await colour() === "red" ? true : null);
        await client.mergePatch(WIDGETS, mended, { spec: { colour: "blue" } }, signal);
        await until("see it changed", async () => await colour() === "blue" ? true : null);
        await client.delete(WIDGETS, mended, signal);
        await until("see it collected", () => isGone(stage, CONFIG_MAPS, "widget-mended"));
      });
    },
  },
  {
    name: "a Deployment's pods get namespaces from hollow kubelets, and its Service their addresses",
    run: async (stage) => {
      const { client, signal, logger } = stage;
      await using _scheduler = new HollowScheduler(client, logger);
      const workloads: Child[] = [];
      const kubelet = (node: string, prefix: string): Promise<HollowKubelet> =>
        HollowKubelet.start({
          client,
          node,
          network: new RoutedNetwork(prefix),
          start: async (_pod, namespace) => {
            const child = await namespace.startServer(["iperf3", "--server"], PORT);
            workloads.push(child);
            return child;
          },
          logger,
        });
      await using one = await kubelet("n1", "10.244.1");
      await using two = await kubelet("n2", "10.244.2");
      const before = await namespaces();
      await client.apply(
        SERVICES,
        {
          metadata: WEB,
          spec: { selector: LABELS, ports: [{ port: PORT, protocol: "TCP" }] },
        },
        { fieldManager: "test" },
        signal,
      );
      await client.apply(
        DEPLOYMENTS,
        {
          metadata: WEB,
          spec: {
            replicas: 2,
            selector: { matchLabels: LABELS },
            template: {
              metadata: { labels: LABELS },
              spec: { containers: [{ name: "c", image: "none" }] },
            },
          },
        },
        { fieldManager: "test" },
        signal,
      );
      const untilReady = (count: number): Promise<string[]> =>
        until(`see ${count} ready addresses`, async () => {
          const found = await readyAddresses(stage, "web");
          return found.length === count ? found : null;
        });
      const podsOf = async (): Promise<readonly { key: string; address: string; node: string }[]> => {
        const options = { namespace: NAMESPACE, labelSelector: "app=web" };
        const { items } = await client.list(PODS, options, signal);
        return items.map(({ metadata, status, spec }) => ({
          key: keyOf(metadata),
          address: status?.podIP ?? "",
          node: spec?.nodeName ?? "",
        }));
      };
      assertEquals(await untilReady(2), (await podsOf()).map(({ address }) => address).sort());
      const [first, second] = await podsOf();
      assert(first !== undefined && second !== undefined);
      assertEquals([first.node, second.node].sort(), ["n1", "n2"]);
      const on = (node: string): HollowKubelet => node === "n1" ? one : two;
      await on(first.node).namespaceOf(first.key)?.run([
        "bash",
        "-c",
        `exec 3<>/dev/tcp/${second.address}/${PORT}`,
      ]);
      on(first.node).setReady(first.key, false);
      assertEquals(await untilReady(1), [second.address]);
      on(first.node).setReady(first.key, true);
      await client.mergePatch(scaleOf(DEPLOYMENTS), WEB, { spec: { replicas: 3 } }, signal);
      await untilReady(3);
      assertEquals((await namespaces()).length, before.length + 3);
      await client.delete(DEPLOYMENTS, WEB, signal, { propagationPolicy: "Foreground" });
      await until("see the Deployment go", () => isGone(stage, DEPLOYMENTS, "web"));
      await until("see the namespaces go", async () => {
        return (await namespaces()).length === before.length ? true : null;
      });
      assertEquals([await podsOf(), await readyAddresses(stage, "web")], [[], []]);
      assertEquals(workloads.map(({ ended }) => ended), [true, true, true]);
    },
  },
];
