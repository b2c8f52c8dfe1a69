/** Warnings on the cluster's objects, where `kubectl describe` shows them: each is created once, however often it is given. */
import { describeError } from "../../log/describe.ts";
import type { Logger } from "../../log/log.ts";
import { ApiError, type KubeClient } from "./client.ts";
import type { Metadata } from "./objects.ts";

/** What an event is about. */
export interface Subject extends Pick<Metadata, "name" | "namespace" | "uid"> {
  readonly kind: "Pod" | "Namespace";
}

/** Who says it. */
export interface Reporter {
  /** For example `natra`. */
  readonly component: string;
  /** The node's name. */
  readonly node: string;
}

/** Kubernetes takes 1024 bytes; a character may be 3 of them. */
const MAX_MESSAGE = 340;
/** An event's name is at most 253 characters; 17 of them are natra's. */
const MAX_NAME = 230;
/** Where events about what is in no namespace belong. */
const NO_NAMESPACE = "default";
const EXISTS = 409;

/** Creates events, each once for as long as its subject is there. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #reporter: Reporter;
  readonly #logger: Logger;
  /** The names of the events that were created, or cannot be, by their subject's uid. */
  readonly #done = new Map<string, Set<string>>();

  constructor(client: KubeClient, reporter: Reporter, logger: Logger) {
    this.#client = client;
    this.#reporter = reporter;
    this.#logger = logger;
  }

  /**
   * Warns. The event's name is made of what it says: another agent, or this one after a restart, cannot create it a second time.
   *
   * @param subject What it is about.
   * @param reason One word, for programs.
   * @param message For people; safe to print. It is cut.
   */
  async warn(subject: Subject, reason: string, message: string, signal: AbortSignal): Promise<void> {
    const name = await nameOf(subject, `${reason} ${message}`);
    const done = this.#done.get(subject.uid) ?? new Set();
    if (done.has(name)) return;
    const namespace = subject.namespace === "" ? NO_NAMESPACE : subject.namespace;
    try {
      await this.#client.create(
        `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
        this.#event(subject, { name, namespace }, reason, message),
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) {
        this.#logger.debug("no event yet", { name, error: describeError(error) });
        return; // the next attempt may do better
      }
      if (error.status !== EXISTS) this.#logger.warn("no event", { name, error: describeError(error) });
    }
    this.#done.set(subject.uid, done.add(name));
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.#done.delete(uid);
  }

  #event(
    { kind, name, namespace, uid }: Subject,
    metadata: Readonly<Record<"name" | "namespace", string>>,
    reason: string,
    message: string,
  ): unknown {
    const { component, node } = this.#reporter;
    const now = new Date().toISOString().replace(/\.[0-9]+/, "");
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata,
      involvedObject: { apiVersion: "v1", kind, name, uid, ...namespace === "" ? {} : { namespace } },
      type: "Warning",
      reason,
      message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component, host: node },
      reportingComponent: component,
      reportingInstance: node,
    };
  }
}

async function nameOf({ name, uid }: Subject, said: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${uid} ${said}`));
  const hash = [...new Uint8Array(bytes, 0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${name.slice(0, MAX_NAME).replace(/[.-]+$/, "")}.${hash}`;
}
