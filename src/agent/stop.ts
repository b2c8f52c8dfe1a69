/** The signals that stop a long-running process: SIGTERM from its supervisor, SIGINT from a terminal. */

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** Aborts its AbortSignal on SIGTERM or SIGINT. Disposing of it restores the signals' default action. */
export class StopSignals implements Disposable {
  readonly #controller = new AbortController();
  readonly #stop = (): void => this.#controller.abort();

  constructor() {
    for (const name of SIGNALS) Deno.addSignalListener(name, this.#stop);
  }

  /** Aborted when the process is to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of SIGNALS) Deno.removeSignalListener(name, this.#stop);
  }
}
