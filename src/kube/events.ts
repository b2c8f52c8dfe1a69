/** Warnings on the cluster's objects, where `kubectl describe` shows them: each is created once, however often it is given. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Backoff, delay, Notify } from "../base/wait.ts";
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

/** An event to be created. */
interface Warning {
  readonly subject: Subject;
  /** One word, for programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** Kubernetes takes 1024 bytes; a character may be 3 of them. */
const MAX_MESSAGE = 340;
/** An event's name is at most 253 characters; 17 of them are natra's. */
const MAX_NAME = 230;
/** Events about one object: who changes an annotation all day must not fill the cluster's store. */
const MAX_PER_SUBJECT = 50;
/** Where events about what is in no namespace belong. */
const NO_NAMESPACE = "default";
/** Between two events, and between attempts at one, in milliseconds. */
const PAUSE_MS = 50;
const FIRST_RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;
const IDLE_MS = 3_600_000;
const EXISTS = 409;
const TOO_MANY = 429;

/** Creates events, each once for as long as its subject is there. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #reporter: Reporter;
  readonly #logger: Logger;
  /** What was said about each subject, by its uid. */
  readonly #said = new Map<string, Set<string>>();
  readonly #queue: Warning[] = [];
  readonly #bell = new Notify();

  constructor(client: KubeClient, reporter: Reporter, logger: Logger) {
    this.#client = client;
    this.#reporter = reporter;
    this.#logger = logger;
  }

  /**
   * Warns, soon.
   *
   * @param subject What it is about.
   * @param reason One word, for programs.
   * @param message For people; safe to print. It is cut.
   */
  warn(subject: Subject, reason: string, message: string): void {
    const said = this.#said.get(subject.uid) ?? new Set();
    const words = `${reason} ${message}`;
    if (said.has(words) || said.size >= MAX_PER_SUBJECT) return;
    this.#said.set(subject.uid, said.add(words));
    this.#queue.push({ subject, reason, message });
    this.#bell.notify();
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.#said.delete(uid);
  }

  /** Creates what is to be created, until told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(FIRST_RETRY_MS, MOST_RETRY_MS);
    while (!signal.aborted) {
      const [next] = this.#queue;
      if (next === undefined) {
        await this.#bell.wait(IDLE_MS, signal);
      } else if (await this.#create(next, signal)) {
        this.#queue.shift();
        backoff.reset();
        await delay(PAUSE_MS, signal);
      } else {
        await delay(backoff.next(), signal);
      }
    }
  }

  /** @returns Whether it is done with: another attempt would end the same way. */
  async #create({ subject, reason, message }: Warning, signal: AbortSignal): Promise<boolean> {
    // The name is made of what it says: another agent, or this one after a restart, cannot create it a second time.
    const name = await nameOf(subject, `${reason} ${message}`);
    const namespace = subject.namespace === "" ? NO_NAMESPACE : subject.namespace;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    try {
      await this.#client.create(path, this.#event(subject, { name, namespace }, reason, message), signal);
      return true;
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status < 500 && error.status !== TOO_MANY;
      if (isRefused && error.status === EXISTS) return true;
      const level = isRefused ? "warn" : "debug";
      if (!signal.aborted) this.#logger[level]("event not created", { name, error: describeError(error) });
      return isRefused;
    }
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
