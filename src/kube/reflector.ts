/** Follows the objects of a resource: a list, then a watch that goes on where the last one ended. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Backoff, delay } from "../base/wait.ts";
import type { KubeClient, Selection } from "./client.ts";
import { isGone, retryAfterMs } from "./errors.ts";
import { decodeMeta, keyOf, type KubeObject } from "./objects.ts";
import { pagesOf } from "./pager.ts";
import type { Resource } from "./resource.ts";
import { IdleError } from "./transport.ts";

/**
 * Takes what a reflector reads. What it throws is a failure of the list or watch, which is then tried again.
 */
export interface Sink {
  readonly metadataOnly: boolean;
  /** The most objects of a page; null: it does not need pages. */
  readonly limit: number | null;
  /** A list begins. */
  beginList(): ListSink;
  /** An object was added or changed. */
  set(object: unknown): void;
  /** The object under a key is gone. */
  delete(key: string): void;
}

/** Takes a list, object by object. What is not in it is gone; a list that is not committed never was. */
export interface ListSink {
  add(object: unknown): void;
  commit(): void;
}

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly resource: Resource<unknown>;
  readonly selection: Omit<Selection, "metadataOnly">;
  readonly logger: Logger;
  /** See WatchOptions. */
  readonly idleMs?: number;
}

/** An object of any kind, as it came. */
interface Raw extends KubeObject {
  readonly object: unknown;
}

/**
 * How long a watch lasts at least; as much again at random, so that not all of a cluster's watches end at
 * once.
 */
const WATCH_SECONDS = 240;
/** Between attempts. */
const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

/** One list and watch, for any number of sinks. */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #resource: Resource<Raw>;
  readonly #sinks = new Set<Sink>();
  /** Those that the last list was for. */
  #listed: ReadonlySet<Sink> = new Set();
  readonly #backoff = new Backoff(MIN_RETRY_MS, MAX_RETRY_MS);
  /** Where the watch goes on; null: a list is needed. */
  #version: string | null = null;
  /** Whether the next list must be the newest: the server's memory may be older than what was seen. */
  #mustBeFresh = false;
  #isTroubled = false;
  #relist = new AbortController();
  #lastContact = -Infinity;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#resource = {
      ...options.resource,
      decode: (object) => ({ metadata: decodeMeta(object).metadata, object }),
    };
  }

  /** When the server last said anything, as performance.now(). */
  get lastContact(): number {
    return this.#lastContact;
  }

  /**
   * Adds a sink. If the reflector runs, it lists again for all: nothing is kept for sinks that come later.
   */
  add(sink: Sink): void {
    this.#sinks.add(sink);
    this.#relist.abort();
    this.#relist = new AbortController();
  }

  /**
   * Lists and watches until `signal` is aborted. Whatever fails is tried again, later and later. Trouble is
   * logged when it begins and when it ends.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const relist = this.#relist.signal;
      const either = AbortSignal.any([signal, relist]);
      let minWaitMs = 0;
      try {
        if (this.#version === null || this.#listed.size < this.#sinks.size) await this.#list(either);
        await this.#watch(either);
      } catch (error) {
        if (signal.aborted) return;
        if (relist.aborted) continue;
        minWaitMs = retryAfterMs(error) ?? 0;
        this.#onFailure(error);
      }
      await delay(Math.max(minWaitMs, this.#backoff.next()), either);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, selection, resource, logger } = this.#options;
    const sinks = new Set(this.#sinks);
    const lists = [...sinks].map((sink) => sink.beginList());
    // A page comes from etcd, and is of the newest version; a whole list comes from the server's memory,
    // which is cheap for it.
    const limits = [...sinks].flatMap(({ limit }) => limit ?? []);
    const from = limits.length > 0
      ? { limit: Math.min(...limits) }
      : this.#mustBeFresh
      ? {}
      : { resourceVersion: this.#version ?? "0" };
    let [count, version] = [0, ""];
    const options = { ...selection, ...from, metadataOnly: isMetadataOnly(sinks) };
    for await (const page of pagesOf(client, this.#resource, options, signal)) {
      for (const { object } of page.items) for (const list of lists) list.add(object);
      count += page.items.length;
      version = page.resourceVersion;
    }
    logger.info("listed", { what: resource.plural, count, version });
    this.#version = version;
    this.#listed = sinks;
    this.#mustBeFresh = false;
    this.#backoff.reset();
    this.#lastContact = performance.now();
    for (const list of lists) list.commit();
  }

  /** One watch to its end. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { client, selection, idleMs } = this.#options;
    const options = {
      ...selection,
      metadataOnly: isMetadataOnly(this.#listed),
      resourceVersion: this.#version ?? "",
      timeoutSeconds: WATCH_SECONDS + Math.floor(Math.random() * WATCH_SECONDS),
      ...idleMs === undefined ? {} : { idleMs },
    };
    for await (const event of await client.watch(this.#resource, options, signal)) {
      if (event.type === "DELETED") {
        for (const sink of this.#listed) sink.delete(keyOf(event.object.metadata));
      } else if (event.type !== "BOOKMARK") {
        for (const sink of this.#listed) sink.set(event.object.object);
      }
      this.#version = event.resourceVersion;
      this.#onNews();
    }
  }

  /** A server may agree to a watch that comes to nothing: only an event shows that all is well. */
  #onNews(): void {
    this.#lastContact = performance.now();
    this.#backoff.reset();
    if (this.#isTroubled) {
      this.#options.logger.info("watching again", { what: this.#options.resource.plural });
    }
    this.#isTroubled = false;
  }

  #onFailure(error: unknown): void {
    const { logger, resource: { plural } } = this.#options;
    if (isGone(error)) {
      this.#version = null;
      this.#mustBeFresh = true;
      logger.info("listing again: the watch is too far behind", { what: plural });
      return;
    }
    if (error instanceof IdleError && !this.#isTroubled) {
      logger.info("watching again: nothing came for too long", { what: plural });
      return;
    }
    logger[this.#isTroubled ? "debug" : "warn"]("cannot watch, tried again", {
      what: plural,
      error: describeCauses(error),
    });
    this.#isTroubled = true;
  }
}

function isMetadataOnly(sinks: ReadonlySet<Sink>): boolean {
  return [...sinks].every(({ metadataOnly }) => metadataOnly);
}

/** fetch says why in its error's cause, or not at all. */
function describeCauses(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${describeError(error.cause)}` : "";
  return describeError(error) + cause;
}
