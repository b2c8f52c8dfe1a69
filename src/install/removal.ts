/** Decides whether natra is being removed from the cluster, or only this process of it ends. */
import { delay } from "../base/wait.ts";

/** The API server's answer to a request for the agent's own DaemonSet. */
export type DaemonSetAnswer =
  /** There is none. */
  | { readonly kind: "gone" }
  /** There is one; `isDeleting` if it has a deletionTimestamp. */
  | { readonly kind: "there"; readonly isDeleting: boolean }
  /** The question is not permitted (401, 403). */
  | { readonly kind: "denied" };

/** How to ask. */
export interface RemovalQuestion {
  /** Asks once. @throws {Error} If there is no answer. */
  ask(signal: AbortSignal): Promise<DaemonSetAnswer>;
  /**
   * Whether this process has read the DaemonSet before. `kubectl delete -f` deletes the ServiceAccount and
   * its role along with it, before this process gets SIGTERM: then the API server only answers "denied". An
   * upgrade does not remove its own rights. And a DaemonSet that was never seen is not gone: it has a
   * different name.
   */
  readonly wasAllowed: boolean;
}

/** The decision, and its reason for the log. */
export interface Removal {
  readonly isRemoved: boolean;
  readonly why: string;
}

/** How often to ask, how long to wait for an answer, and the pause between two attempts. */
const ATTEMPTS = 3;
const PATIENCE_MS = 3000;
const PAUSE_MS = 500;

/**
 * Distinguishes a DaemonSet's removal from everything else that ends its pods: an upgrade, a drained node, a
 * shutdown, an eviction. In doubt it is not a removal, and pods keep their limits.
 */
export async function wasRemoved(
  { ask, wasAllowed }: RemovalQuestion,
  pauseMs: number = PAUSE_MS,
): Promise<Removal> {
  let why = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await delay(pauseMs);
    try {
      const answer = await ask(AbortSignal.timeout(PATIENCE_MS));
      if (answer.kind === "gone") {
        const why = wasAllowed
          ? "its DaemonSet is gone"
          : "its DaemonSet was never seen: does it have a different name?";
        return { isRemoved: wasAllowed, why };
      }
      if (answer.kind === "there") {
        const { isDeleting } = answer;
        return {
          isRemoved: isDeleting,
          why: isDeleting ? "its DaemonSet is being deleted" : "its DaemonSet stays",
        };
      }
      why = "denied";
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    }
  }
  if (why !== "denied") return { isRemoved: false, why: `the API server does not answer: ${why}` };
  return wasAllowed
    ? { isRemoved: true, why: "its permission to read its DaemonSet was deleted with it" }
    : { isRemoved: false, why: "it has no permission to read its DaemonSet" };
}
