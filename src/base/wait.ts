/** Waits that end early when their signal is aborted. */

/**
 * Waits. An aborted signal ends the wait, and is no error.
 *
 * @param ms Milliseconds.
 */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const timer = setTimeout(wake, ms);
  signal?.addEventListener("abort", wake);
  await promise;
  clearTimeout(timer);
  // The signal lives as long as the agent: it must not gather listeners.
  signal?.removeEventListener("abort", wake);
}

/** How long to wait before the next attempt: twice as long after each failure, with jitter, up to a limit. */
export class Backoff {
  readonly #first: number;
  readonly #most: number;
  #next: number;

  /**
   * @param first Milliseconds after the first failure.
   * @param most Milliseconds at most.
   */
  constructor(first: number, most: number) {
    this.#first = first;
    this.#most = most;
    this.#next = first;
  }

  /**
   * How long to wait now. The upper half is random: many nodes that lost the same server do not come back at once.
   *
   * @returns Milliseconds.
   */
  next(): number {
    const ms = this.#next;
    this.#next = Math.min(this.#most, ms * 2);
    return ms / 2 + Math.random() * ms / 2;
  }

  /** It went well: the next failure is a first one. */
  reset(): void {
    this.#next = this.#first;
  }
}

/** Wakes a waiting function. A notification while none waits is kept for the next wait. */
export class Notify {
  #isNotified = false;
  #wake: () => void = () => {};

  /** Ends the current wait, or the next one. */
  notify(): void {
    this.#isNotified = true;
    this.#wake();
  }

  /**
   * Waits until {@linkcode notify} is called, the time is over, or the signal is aborted.
   *
   * @param ms Milliseconds.
   * @returns Whether it was notified.
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isNotified) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await delay(ms, AbortSignal.any([signal, woken.signal]));
      this.#wake = () => {};
    }
    const isNotified = this.#isNotified;
    this.#isNotified = false;
    return isNotified;
  }
}
