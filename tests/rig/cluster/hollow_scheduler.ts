/**
 * A scheduler that binds each pending pod to the next node in turn whose labels its nodeSelector allows. It
 * counts nothing.
 */
import type { Node, Pod } from "kubernetes-types/core/v1";
import { controllerTask } from "../../../src/agent/controller.ts";
import type { Logger } from "../../../src/base/log/log.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { isConflict, isNotFound } from "../../../src/kube/errors.ts";
import { SharedInformers } from "../../../src/kube/informer.ts";
import { keyOf, nameOfKey } from "../../../src/kube/objects.ts";
import type { Resource } from "../../../src/kube/resource.ts";
import { WorkQueue } from "../../../src/kube/work_queue.ts";
import { NODES, PODS, type Stored } from "./resources.ts";

const BINDINGS: Resource<null> = {
  ...PODS,
  subresource: "binding",
  subresourceType: { apiVersion: "v1", kind: "Binding" },
  decode: () => null,
};

/** Disposing of it ends it. */
export class HollowScheduler implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #ended: Promise<unknown>;

  constructor(client: KubeClient, logger: Logger) {
    const queue = new WorkQueue({ minRetryMs: 100, maxRetryMs: 2000 });
    const informers = new SharedInformers(client, logger);
    const pods = informers.informer({ resource: PODS, fieldSelector: "spec.nodeName=" });
    const nodes = informers.informer({ resource: NODES });
    const add = ({ metadata }: Stored<Pod>): void => queue.add(keyOf(metadata));
    pods.addHandler({ onAdd: add, onUpdate: add });
    let turn = 0;
    const controller = controllerTask({
      name: "hollow scheduler",
      queue,
      informers: [pods, nodes],
      sync: async (key, signal) => {
        const pod = pods.store.get(key);
        if (pod === undefined) return;
        const fitting = [...nodes.store.values()].filter((node) => fits(pod, node));
        const node = fitting[turn++ % fitting.length];
        if (node === undefined) throw new Error("no node fits");
        const target = { apiVersion: "v1", kind: "Node", name: node.metadata.name };
        try {
          await client.create(BINDINGS, { metadata: nameOfKey(key), target }, signal);
        } catch (error) {
          if (!isNotFound(error) && !isConflict(error)) throw error; // it is gone, or bound already
        }
      },
      logger,
    });
    const { signal } = this.#stop;
    this.#ended = Promise.all([informers.run(signal), controller.run(signal)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

function fits({ spec }: Pod, { metadata }: Node): boolean {
  const wanted = Object.entries(spec?.nodeSelector ?? {});
  return wanted.every(([label, value]) => metadata?.labels?.[label] === value);
}
