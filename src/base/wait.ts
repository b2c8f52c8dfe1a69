/** Waits that end early when their signal is aborted. */

/** Waits. An aborted signal ends the wait, which is not an error. */
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

/** Computes the wait before the next attempt: it doubles after each failure up to a maximum, with jitter. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #nextMs: number;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#nextMs = firstMs;
  }

  /**
   * How long to wait now, in milliseconds. The upper half is random, so that many nodes that lost the same
   * server do not come back at once.
   */
  next(): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(this.#maxMs, ms * 2);
    return ms / 2 + Math.random() * ms / 2;
  }

  /** Call it after a success: the next failure counts as the first. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}

/** Wakes a waiting function. A notification while no function waits is kept for the next wait. */
export class Notify {
  #isNotified = false;
  #wake: () => void = () => {};

  /** Ends the current wait, or the next one. */
  notify(): void {
    this.#isNotified = true;
    this.#wake();
  }

  /**
   * Waits until {@linkcode notify} is called, `ms` are over, or the signal is aborted.
   *
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
