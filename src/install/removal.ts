/** Whether natra is being removed from the cluster, or only this one of its processes ends. */

/** What the API server says when it is asked for natra's own DaemonSet. */
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
   * Whether the DaemonSet was seen earlier in this process's life. `kubectl delete -f` deletes the
   * ServiceAccount and its role along with it, before this process is told to end: then the API server only
   * says "denied". An upgrade does not take away its own rights. And one that was never seen is not gone: it
   * has another name.
   */
  readonly wasAllowed: boolean;
}

/** The judgement, and why: for the log. */
export interface Removal {
  readonly isRemoved: boolean;
  readonly why: string;
}

/** How often is asked, and how long an answer is waited for, in milliseconds. */
const ATTEMPTS = 3;
const PATIENCE_MS = 3000;
const PAUSE_MS = 500;

/**
 * Tells a DaemonSet's removal from whatever else ends its pods: an upgrade, a drained node, a shutdown, an
 * eviction. In doubt it is none of natra's business to take limits away.
 *
 * @param pauseMs Between two attempts, in milliseconds.
 */
export async function wasRemoved(
  { ask, wasAllowed }: RemovalQuestion,
  pauseMs: number = PAUSE_MS,
): Promise<Removal> {
  let why = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs));
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
