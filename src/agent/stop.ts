/** How a long-running process is told to stop: SIGTERM by its supervisor, SIGINT by hand. */

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Aborts its signal when the process is told to stop. Disposing of it restores the default action of the signals. */
export class StopSignals implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop = (): void => this.#controller.abort();

  constructor() {
    for (const name of SIGNALS) Deno.addSignalListener(name, this.#stop);
  }

  /** Aborted when the process is told to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) Deno.removeSignalListener(name, this.#stop);
  }
}
