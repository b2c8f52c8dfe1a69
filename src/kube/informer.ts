/** Follows a kind of object: a list, then a watch that goes on where the last one ended, for as long as the agent runs. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Backoff, delay } from "../base/wait.ts";
import { ApiError, type KubeClient, watchError } from "./client.ts";
import { type Keep, type Metadata, readEvent, readList } from "./objects.ts";

/** What is followed, and who is told. */
export interface Following {
  /** For the log, for example `pods`. */
  readonly what: string;
  /** For example `/api/v1/pods`. */
  readonly path: string;
  /** For example `spec.nodeName=n1`; absent: all. */
  readonly fieldSelector?: string;
  readonly keep: Keep;
  /** All there are now: what is not among them is gone. */
  readonly onList: (objects: readonly Metadata[]) => void;
  readonly onChange: (object: Metadata) => void;
  readonly onDelete: (object: Metadata) => void;
}

/** How long a watch lasts, in seconds; as much again at random, so that not all of a cluster's end at once. */
const WATCH_SECONDS = 240;
/** Between attempts, in milliseconds. */
const FIRST_RETRY_MS = 500;
const MOST_RETRY_MS = 30_000;
const GONE = 410;

/** Follows one kind of object. */
export class Follower {
  readonly #client: KubeClient;
  readonly #following: Following;
  readonly #logger: Logger;
  readonly #backoff = new Backoff(FIRST_RETRY_MS, MOST_RETRY_MS);
  /** Where the watch goes on; null: after a new list. */
  #version: string | null = null;
  /** Whether that list must not come from the server's cache, which may be older than what was seen. */
  #mustBeFresh = false;
  #isTroubled = false;

  constructor(client: KubeClient, following: Following, logger: Logger) {
    this.#client = client;
    this.#following = following;
    this.#logger = logger;
  }

  /**
   * Follows until told to stop. Whatever happens on the way is tried again, later and later; trouble is logged when it begins and when
   * it ends, not at each attempt.
   *
   * @param signal Told to stop.
   */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#onFailure(error);
      }
      await delay(this.#backoff.next(), signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    if (this.#version !== null) return;
    const { what, path, keep, onList } = this.#following;
    const from: Readonly<Record<string, string>> = this.#mustBeFresh ? {} : { resourceVersion: "0" };
    const answer = await this.#client.list(path, { ...this.#selector, ...from }, signal);
    const { version, objects } = readList(answer, keep);
    this.#logger.info("listed", { what, count: objects.length, version });
    this.#version = version;
    this.#mustBeFresh = false;
    this.#backoff.reset();
    onList(objects);
  }

  /** One watch to its end. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { path, keep, onChange, onDelete } = this.#following;
    const resourceVersion = this.#version ?? "";
    const asked = { ...this.#selector, allowWatchBookmarks: "true", resourceVersion };
    const seconds = WATCH_SECONDS + Math.floor(Math.random() * WATCH_SECONDS);
    const events = await this.#client.watch(path, asked, seconds, signal);
    for await (const value of events) {
      const event = readEvent(value, keep);
      if (event.type === "ERROR") throw watchError(path, event.status);
      this.#version = event.version;
      this.#onNews();
      if (event.type === "DELETED") onDelete(event.object);
      else if (event.type !== "BOOKMARK") onChange(event.object);
    }
  }

  get #selector(): Readonly<Record<string, string>> {
    const { fieldSelector } = this.#following;
    return fieldSelector === undefined ? {} : { fieldSelector };
  }

  /** The server agrees to many a watch that comes to nothing: only what it tells shows that all is well. */
  #onNews(): void {
    this.#backoff.reset();
    if (this.#isTroubled) this.#logger.info("watching again", { what: this.#following.what });
    this.#isTroubled = false;
  }

  #onFailure(error: unknown): void {
    const { what } = this.#following;
    if (error instanceof ApiError && error.status === GONE) {
      this.#version = null;
      this.#mustBeFresh = true;
      this.#logger.info("listing again: the watch is too far behind", { what });
      return;
    }
    const level = this.#isTroubled ? "debug" : "warn";
    this.#logger[level]("cannot watch, tried again", { what, error: describeCauses(error) });
    this.#isTroubled = true;
  }
}

/** fetch says why in its error's cause, or not at all. */
function describeCauses(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? `: ${describeError(error.cause)}` : "";
  return describeError(error) + cause;
}
