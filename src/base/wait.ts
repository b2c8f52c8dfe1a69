/** Waits that end early when the agent is told to stop. */

/**
 * Waits. Being told to stop ends the wait, and is no error.
 *
 * @param ms Milliseconds.
 * @param signal Told to stop.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const timer = setTimeout(wake, ms);
  signal.addEventListener("abort", wake);
  await promise;
  clearTimeout(timer);
  // The signal lives as long as the agent: it must not gather listeners.
  signal.removeEventListener("abort", wake);
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

/** Somebody waits, somebody else rings. A bell that rings while nobody waits is heard by the next one who does. */
export class Bell {
  #isRung = false;
  #wake: () => void = () => {};

  /** Wakes whoever waits. */
  ring(): void {
    this.#isRung = true;
    this.#wake();
  }

  /**
   * Waits until it rings, or the time is over, or whoever waits is told to stop.
   *
   * @param ms Milliseconds.
   * @returns Whether it rang.
   */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#isRung) {
      const rung = new AbortController();
      this.#wake = () => rung.abort();
      await pause(ms, AbortSignal.any([signal, rung.signal]));
      this.#wake = () => {};
    }
    const isRung = this.#isRung;
    this.#isRung = false;
    return isRung;
  }
}
