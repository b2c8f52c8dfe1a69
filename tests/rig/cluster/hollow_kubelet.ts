/**
 * A kubelet without containers: it registers a Node, and gives each pod that is bound to it a network
 * namespace, addresses and a status. What a pod runs is up to the test.
 */
import type { Pod, PodStatus } from "kubernetes-types/core/v1";
import { controllerTask } from "../../../src/agent/controller.ts";
import type { Logger } from "../../../src/base/log/log.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../../../src/kube/errors.ts";
import { type Informer, SharedInformers } from "../../../src/kube/informer.ts";
import { keyOf } from "../../../src/kube/objects.ts";
import { statusOf } from "../../../src/kube/resource.ts";
import { WorkQueue } from "../../../src/kube/work_queue.ts";
import { Namespace } from "../namespace.ts";
import type { PodNetwork } from "./pod_network.ts";
import { NODES, PODS, type Stored } from "./resources.ts";

export interface HollowKubeletOptions {
  readonly client: KubeClient;
  /** The node's name. */
  readonly node: string;
  readonly nodeAddress?: string;
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly network: PodNetwork;
  /** Starts what the pod runs; it is disposed of when the pod is deleted. Absent: nothing runs. */
  readonly start?: (pod: Stored<Pod>, namespace: Namespace) => Promise<AsyncDisposable>;
  readonly logger: Logger;
}

/** A pod that runs here. */
interface Running {
  /** As it was started. */
  readonly pod: Stored<Pod>;
  /** null: it has the node's. */
  readonly namespace: Namespace | null;
  readonly addresses: readonly string[];
  readonly startTime: string;
  readonly workload: AsyncDisposable | null;
  isReady: boolean;
  /** The status that was last written, as JSON. */
  written: string;
}

const MANAGER = "hollow-kubelet";
const CONCURRENCY = 4;

/** Disposing of it ends it, and what its pods run; the pods stay in the API, as when a node dies. */
export class HollowKubelet implements AsyncDisposable {
  readonly #options: HollowKubeletOptions;
  readonly #queue = new WorkQueue({ minRetryMs: 100, maxRetryMs: 2000 });
  readonly #pods: Informer<Stored<Pod>>;
  readonly #running = new Map<string, Running>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;

  private constructor(options: HollowKubeletOptions) {
    this.#options = options;
    const { client, node, logger } = options;
    const informers = new SharedInformers(client, logger);
    this.#pods = informers.informer({ resource: PODS, fieldSelector: `spec.nodeName=${node}` });
    const add = ({ metadata }: Stored<Pod>): void => this.#queue.add(keyOf(metadata));
    this.#pods.addHandler({ onAdd: add, onUpdate: add, onDelete: add });
    const controller = controllerTask({
      name: node,
      queue: this.#queue,
      informers: [this.#pods],
      sync: (key, signal) => this.#sync(key, signal),
      concurrency: CONCURRENCY,
      logger,
    });
    const { signal } = this.#stop;
    this.#ended = Promise.all([informers.run(signal), controller.run(signal)]);
  }

  /** Registers the node, and starts. */
  static async start(options: HollowKubeletOptions): Promise<HollowKubelet> {
    await registerNode(options);
    const kubelet = new HollowKubelet(options);
    await kubelet.#pods.synced;
    return kubelet;
  }

  /** The network namespace of a running pod. @param key `namespace/name` */
  namespaceOf(key: string): Namespace | null {
    return this.#running.get(key)?.namespace ?? null;
  }

  /** Makes a running pod ready, or not, as its readiness probe would. @param key `namespace/name` */
  setReady(key: string, isReady: boolean): void {
    const running = this.#running.get(key);
    if (running === undefined) throw new Error(`${this.#options.node} runs no pod "${key}"`);
    running.isReady = isReady;
    this.#queue.add(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    for (const [key, running] of this.#running) await this.#end(key, running);
  }

  async #sync(key: string, signal: AbortSignal): Promise<void> {
    const pod = this.#pods.store.get(key);
    const known = this.#running.get(key);
    const isLeaving = pod?.metadata.deletionTimestamp !== undefined;
    if (known !== undefined && (isLeaving || known.pod.metadata.uid !== pod?.metadata.uid)) {
      await this.#end(key, known);
    }
    if (pod === undefined) return;
    if (isLeaving) return await this.#forget(pod, signal);
    const running = this.#running.get(key) ?? await this.#start(key, pod);
    await this.#writeStatus(pod, running, signal);
  }

  async #start(key: string, pod: Stored<Pod>): Promise<Running> {
    const { network, start, nodeAddress = "127.0.0.1" } = this.#options;
    await using undo = new AsyncDisposableStack();
    const usesNode = pod.spec?.hostNetwork === true;
    const namespace = usesNode ? null : undo.use(await Namespace.create(pod.metadata.uid.slice(0, 8)));
    const addresses = namespace === null ? [nodeAddress] : await network.add(pod, namespace);
    if (namespace !== null) undo.defer(() => network.remove(pod, namespace));
    const workload = namespace === null ? null : await start?.(pod, namespace) ?? null;
    undo.move();
    const running = { pod, namespace, addresses, startTime: now(), workload, isReady: true, written: "" };
    this.#running.set(key, running);
    return running;
  }

  async #end(key: string, { pod, workload, namespace }: Running): Promise<void> {
    this.#running.delete(key);
    await workload?.[Symbol.asyncDispose]();
    if (namespace === null) return;
    await this.#options.network.remove(pod, namespace);
    await namespace[Symbol.asyncDispose]();
  }

  /** The pod's processes have ended: only now may the API server let go of it. */
  async #forget({ metadata }: Stored<Pod>, signal: AbortSignal): Promise<void> {
    try {
      const preconditions = { uid: metadata.uid };
      await this.#options.client.delete(PODS, metadata, signal, { gracePeriodSeconds: 0, preconditions });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  }

  async #writeStatus({ metadata, spec }: Stored<Pod>, running: Running, signal: AbortSignal): Promise<void> {
    const { client, nodeAddress = "127.0.0.1" } = this.#options;
    const status = statusOfPod(spec?.containers.map(({ name }) => name) ?? [], nodeAddress, running);
    const written = JSON.stringify(status);
    if (written === running.written) return;
    const { name, namespace, uid } = metadata;
    const manifest = { metadata: { name, namespace, uid }, status };
    await client.apply(statusOf(PODS), manifest, { fieldManager: MANAGER, force: true }, signal);
    running.written = written;
  }
}

function statusOfPod(
  containers: readonly string[],
  nodeAddress: string,
  { addresses, startTime, isReady }: Running,
): PodStatus {
  const condition = (type: string, holds = true): { type: string; status: string } => ({
    type,
    status: holds ? "True" : "False",
  });
  const podIP = addresses[0];
  return {
    phase: "Running",
    startTime,
    hostIP: nodeAddress,
    ...podIP === undefined ? {} : { podIP },
    podIPs: addresses.map((ip) => ({ ip })),
    conditions: [
      condition("Initialized"),
      condition("PodScheduled"),
      condition("ContainersReady", isReady),
      condition("Ready", isReady),
    ],
    containerStatuses: containers.map((name) => ({
      name,
      ready: isReady,
      started: true,
      restartCount: 0,
      image: "none",
      imageID: "",
      state: { running: { startedAt: startTime } },
    })),
  };
}

async function registerNode(options: HollowKubeletOptions): Promise<void> {
  const { client, node, nodeLabels = {}, nodeAddress = "127.0.0.1" } = options;
  const { signal } = new AbortController();
  const labels = { "kubernetes.io/hostname": node, "kubernetes.io/os": "linux", ...nodeLabels };
  try {
    await client.create(NODES, { metadata: { name: node, labels } }, signal);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  const amount = { cpu: "64", memory: "64Gi", pods: "250" };
  const status = {
    addresses: [{ type: "InternalIP", address: nodeAddress }, { type: "Hostname", address: node }],
    capacity: amount,
    allocatable: amount,
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "hollow" }],
  };
  const apply = { fieldManager: MANAGER, force: true };
  await client.apply(statusOf(NODES), { metadata: { name: node }, status }, apply, signal);
}

function now(): string {
  return new Date().toISOString().replace(/\.[0-9]+/, "");
}
