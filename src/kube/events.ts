/**
 * Events on the cluster's objects, where `kubectl describe` shows them: each is created once, however often
 * it is given.
 */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Backoff, delay, Notify } from "../base/wait.ts";
import type { KubeClient } from "./client.ts";
import { ApiError, isAlreadyExists } from "./errors.ts";
import type { KubeObject, ObjectMeta } from "./objects.ts";
import { apiVersionOf, EVENTS, type Resource } from "./resource.ts";

/** The object that an event is about: core/v1's ObjectReference. */
export interface ObjectReference extends Pick<ObjectMeta, "name" | "namespace" | "uid"> {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Which program reports. */
export interface Reporter {
  /** For example `natra`. */
  readonly component: string;
  /** The node's name. */
  readonly node: string;
}

/** An event to be created. */
interface Report {
  readonly type: "Normal" | "Warning";
  readonly subject: ObjectReference;
  /** One word, for programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** Kubernetes takes 1024 bytes; a character may be 3 of them. */
const MAX_MESSAGE_CHARS = 340;
/** An event's name is at most 253 characters; 17 of them are made here. */
const MAX_NAME_CHARS = 230;
/** Events about one object: an annotation that changes all day must not fill the cluster's store. */
const MAX_PER_OBJECT = 50;
/** Events that wait: more are dropped. */
const MAX_QUEUED = 10_000;
/** Where events about cluster-scoped objects belong. */
const NO_NAMESPACE = "default";
/** Between two events, and between attempts at one. */
const PAUSE_MS = 50;
const MIN_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
const IDLE_MS = 3_600_000;
const TOO_MANY_REQUESTS = 429;

/** A reference to an object, for its events. */
export function referenceTo(resource: Resource<unknown>, { metadata }: KubeObject): ObjectReference {
  const { name, namespace, uid } = metadata;
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, name, namespace, uid };
}

/** Creates events, each once for as long as its object is there. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #reporter: Reporter;
  readonly #logger: Logger;
  /** What was reported of each object, by its uid. */
  readonly #reported = new Map<string, Set<string>>();
  readonly #queue: Report[] = [];
  readonly #added = new Notify();

  constructor(client: KubeClient, reporter: Reporter, logger: Logger) {
    this.#client = client;
    this.#reporter = reporter;
    this.#logger = logger;
  }

  /**
   * Reports something that is wrong, soon.
   *
   * @param reason One word, for programs.
   * @param message For people; safe to print. It is cut.
   */
  warn(subject: ObjectReference, reason: string, message: string): void {
    this.#add({ type: "Warning", subject, reason, message });
  }

  /** Reports something that is well, as warn() does. */
  info(subject: ObjectReference, reason: string, message: string): void {
    this.#add({ type: "Normal", subject, reason, message });
  }

  /** The object is gone. */
  forget(uid: string): void {
    this.#reported.delete(uid);
  }

  /** Creates events until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(MIN_RETRY_MS, MAX_RETRY_MS);
    while (!signal.aborted) {
      const [next] = this.#queue;
      if (next === undefined) {
        await this.#added.wait(IDLE_MS, signal);
      } else if (await this.#create(next, signal)) {
        this.#queue.shift();
        backoff.reset();
        await delay(PAUSE_MS, signal);
      } else {
        await delay(backoff.next(), signal);
      }
    }
  }

  #add(report: Report): void {
    const { uid } = report.subject;
    const reported = this.#reported.get(uid) ?? new Set();
    const text = textOf(report);
    if (reported.has(text) || reported.size >= MAX_PER_OBJECT || this.#queue.length >= MAX_QUEUED) return;
    this.#reported.set(uid, reported.add(text));
    this.#queue.push(report);
    this.#added.notify();
  }

  /** @returns Whether it is done with: another attempt would end the same way. */
  async #create(report: Report, signal: AbortSignal): Promise<boolean> {
    const { namespace } = report.subject;
    const metadata = {
      // Made of the text: another agent, or this one after a restart, cannot create the event a second time.
      name: await eventName(report),
      namespace: namespace === "" ? NO_NAMESPACE : namespace,
    };
    try {
      await this.#client.create(EVENTS, this.#event(report, metadata), signal);
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return true;
      const isFinal = error instanceof ApiError && error.status < 500 && error.status !== TOO_MANY_REQUESTS;
      const fields = { name: metadata.name, error: describeError(error) };
      if (!signal.aborted) this.#logger[isFinal ? "warn" : "debug"]("event not created", fields);
      return isFinal;
    }
  }

  #event(
    { type, subject, reason, message }: Report,
    metadata: Readonly<Record<"name" | "namespace", string>>,
  ): { readonly metadata: typeof metadata } {
    const { component, node } = this.#reporter;
    const { namespace, ...rest } = subject;
    const now = new Date().toISOString().replace(/\.[0-9]+/, "");
    const event = {
      metadata,
      involvedObject: namespace === "" ? rest : subject,
      type,
      reason,
      message: message.length > MAX_MESSAGE_CHARS ? `${message.slice(0, MAX_MESSAGE_CHARS - 1)}…` : message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component, host: node },
      reportingComponent: component,
      reportingInstance: node,
    };
    return event;
  }
}

function textOf({ reason, message }: Report): string {
  return `${reason} ${message}`;
}

async function eventName(report: Report): Promise<string> {
  const { name, uid } = report.subject;
  const bytes = new TextEncoder().encode(`${uid} ${textOf(report)}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes), 0, 8);
  const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${name.slice(0, MAX_NAME_CHARS).replace(/[.-]+$/, "")}.${hash}`;
}
