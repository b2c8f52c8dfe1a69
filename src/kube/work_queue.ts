/**
 * Keys of objects to be looked at. A key is queued once however often it is added, and never looked at twice
 * at a time.
 */

/** A clock and its timers. */
export interface Timers {
  /** Milliseconds, from any moment on. */
  now(): number;
  /** Runs something later. @returns What cancels it. */
  schedule(ms: number, run: () => void): () => void;
}

export interface WorkQueueOptions {
  /** Before the first retry; each further one waits twice as long. */
  readonly minRetryMs?: number;
  readonly maxRetryMs?: number;
  /** Only tests have others than the process's. */
  readonly timers?: Timers;
}

const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 60_000;

const TIMERS: Timers = {
  now: () => performance.now(),
  schedule: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A key that waits. */
interface Delayed {
  readonly due: number;
  readonly cancel: () => void;
}

/**
 * A queue of keys: `get()` one, look at it, then `done()`. A key that is added while it is looked at comes
 * again after that.
 */
export class WorkQueue {
  readonly #minRetryMs: number;
  readonly #maxRetryMs: number;
  readonly #timers: Timers;
  /** Keys to be given out, in their order. */
  readonly #queue = new Set<string>();
  readonly #processing = new Set<string>();
  /** Keys that were added while they were processed. */
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #waiting: ((key: string | null) => void)[] = [];
  #isShutDown = false;
  #drained = Promise.withResolvers<void>();

  constructor(
    { minRetryMs = MIN_RETRY_MS, maxRetryMs = MAX_RETRY_MS, timers = TIMERS }: WorkQueueOptions = {},
  ) {
    this.#minRetryMs = minRetryMs;
    this.#maxRetryMs = maxRetryMs;
    this.#timers = timers;
  }

  /** How many keys can be given out now. */
  get length(): number {
    return this.#queue.size;
  }

  /** Queues a key. */
  add(key: string): void {
    if (this.#isShutDown) return;
    this.#cancelDelay(key);
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    const next = this.#waiting.shift();
    if (next === undefined) this.#queue.add(key);
    else this.#give(key, next);
  }

  /** Queues a key later, or earlier than was asked before. */
  addAfter(key: string, ms: number): void {
    if (this.#isShutDown || this.#queue.has(key) || this.#again.has(key)) return;
    const due = this.#timers.now() + ms;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.due <= due) return;
    known?.cancel();
    const cancel = this.#timers.schedule(ms, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  /**
   * Queues a key after it failed: later with each failure since forget().
   *
   * @param minMs How long it waits at least, for example because the server says so.
   */
  addRateLimited(key: string, minMs = 0): void {
    const failures = this.retries(key);
    this.#failures.set(key, failures + 1);
    const ms = Math.min(this.#maxRetryMs, this.#minRetryMs * 2 ** Math.min(failures, 30));
    // The upper half is random: many clients that failed together do not come back at once.
    this.addAfter(key, Math.max(minMs, ms / 2 + Math.random() * ms / 2));
  }

  /** The key's next failure is a first one. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often a key failed since forget(). */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /**
   * The next key, once there is one; null: the queue is shut down and empty. Call done() after it was looked
   * at.
   */
  get(): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const [key] = this.#queue;
    if (key !== undefined) {
      this.#queue.delete(key);
      this.#give(key, resolve);
    } else if (this.#isShutDown) resolve(null);
    else this.#waiting.push(resolve);
    return promise;
  }

  /** A key that get() gave was looked at. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    if (this.#again.delete(key)) {
      const next = this.#waiting.shift();
      if (next === undefined) this.#queue.add(key);
      else this.#give(key, next);
    }
    this.#checkDrained();
  }

  /**
   * Takes no more keys, drops those that wait for their time, and gives out the rest.
   *
   * @returns When all were looked at.
   */
  shutDown(): Promise<void> {
    this.#isShutDown = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const next of this.#waiting.splice(0)) next(null);
    this.#checkDrained();
    return this.#drained.promise;
  }

  #give(key: string, to: (key: string) => void): void {
    this.#processing.add(key);
    to(key);
  }

  #cancelDelay(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #checkDrained(): void {
    if (this.#isShutDown && this.#queue.size === 0 && this.#processing.size === 0) this.#drained.resolve();
  }
}
