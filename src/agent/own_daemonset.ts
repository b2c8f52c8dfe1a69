/** What the agent asks when it stops: is natra being removed from the cluster? */
import * as v from "valibot";
import type { KubeClient } from "../kube/client.ts";
import { ApiError } from "../kube/errors.ts";
import { DELETION_TIMESTAMP } from "../kube/finalizers.ts";
import { decoder, nameOfKey, type ObjectName } from "../kube/objects.ts";
import { DAEMON_SETS, objectPath } from "../kube/resource.ts";
import type { Task } from "./tasks.ts";
import { type DaemonSetAnswer, type Removal, wasRemoved } from "../install/removal.ts";
import { ifThere } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";

/** The namespace of the pod that this process is in. */
const OWN_NAMESPACE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
const EVERY_MS = 600_000;
const UNAUTHORIZED = 401, FORBIDDEN = 403, NOT_FOUND = 404;

const RESOURCE = {
  ...DAEMON_SETS,
  decode: decoder(
    "DaemonSet",
    v.object({ metadata: v.object({ deletionTimestamp: DELETION_TIMESTAMP }) }),
  ),
};

/** The DaemonSet that this agent is a pod of. */
export class OwnDaemonSet {
  readonly #client: KubeClient;
  readonly #name: ObjectName;
  #wasAllowed = false;

  /** @param name `namespace/name`. */
  constructor(client: KubeClient, name: string, readonly logger: Logger) {
    this.#client = client;
    this.#name = nameOfKey(name);
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
            path: objectPath(RESOURCE, this.#name),
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

  async #ask(signal: AbortSignal): Promise<DaemonSetAnswer> {
    try {
      const { metadata } = await this.#client.get(RESOURCE, this.#name, signal, { metadataOnly: true });
      this.#wasAllowed = true;
      return { kind: "there", isDeleting: metadata.deletionTimestamp !== null };
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
