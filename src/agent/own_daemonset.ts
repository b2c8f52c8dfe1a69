/** What the agent asks when it stops: is natra being removed from the cluster? */
import { ApiError, KubeClient } from "../kube/client.ts";
import type { ApiServer } from "../kube/api_server.ts";
import type { Task } from "./tasks.ts";
import { type DaemonSetAnswer, type Removal, wasRemoved } from "../install/removal.ts";
import { ifThere } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";

/** The namespace of the pod that this process is in. */
const OWN_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
const EVERY_MS = 600_000;
const UNAUTHORIZED = 401, FORBIDDEN = 403, NOT_FOUND = 404;

/** The DaemonSet that this agent is a pod of. Disposing of it closes its connections. */
export class OwnDaemonSet implements Disposable {
  readonly #client: KubeClient;
  readonly #path: string;
  #wasAllowed = false;

  /** @param name `namespace/name`, each as Kubernetes takes it. */
  constructor(server: ApiServer, name: string, readonly logger: Logger) {
    const [namespace, daemonSet] = name.split("/");
    this.#client = new KubeClient(server);
    this.#path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${daemonSet}`;
  }

  /** Reads the DaemonSet from time to time, so that the agent knows later what "denied" means. */
  get task(): Task {
    return {
      name: "own DaemonSet",
      everyMs: EVERY_MS,
      isNeeded: false,
      run: async (signal) => {
        const answer = await this.#ask(signal);
        if (answer.kind !== "there") {
          this.logger.warn("cannot read the agent's DaemonSet: removing it would leave natra on the node", {
            path: this.#path,
            answer: answer.kind,
          });
        }
      },
    };
  }

  /** Whether natra is being removed, and the reason for the answer. */
  wasRemoved(): Promise<Removal> {
    return wasRemoved({ ask: (signal) => this.#ask(signal), wasAllowed: this.#wasAllowed });
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #ask(signal: AbortSignal): Promise<DaemonSetAnswer> {
    try {
      const isDeleting = hasDeletionTimestamp(await this.#client.get(this.#path, signal));
      this.#wasAllowed = true;
      return { kind: "there", isDeleting };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === NOT_FOUND) return { kind: "gone" };
      if (error.status === UNAUTHORIZED || error.status === FORBIDDEN) return { kind: "denied" };
      throw error;
    }
  }
}

/**
 * The agent's own DaemonSet, unless an option names it.
 *
 * @param name Its name, in the namespace of this pod.
 */
export function defaultDaemonSet(name: string): string {
  return ifThere(() => `${Deno.readTextFileSync(OWN_NAMESPACE).trim()}/${name}`, `kube-system/${name}`);
}

function hasDeletionTimestamp(object: unknown): boolean {
  if (typeof object !== "object" || object === null || !("metadata" in object)) return false;
  const { metadata } = object;
  if (typeof metadata !== "object" || metadata === null || !("deletionTimestamp" in metadata)) return false;
  return typeof metadata.deletionTimestamp === "string";
}
