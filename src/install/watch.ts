import { describeError } from "../base/log/describe.ts";
import { delay } from "../base/wait.ts";

/** Reports changes in directories. Disposing of it ends the watch. */
export interface Changes extends Disposable {
  /** Waits for a change that was not reported yet, for at most `maxMs`, or until the signal is aborted. */
  next(maxMs: number, signal: AbortSignal): Promise<void>;
}

/** Changes come in bursts: a file that is written in pieces is reported once. */
const BURST_MS = 20;

/**
 * Watches directories. A directory that cannot be watched, or was replaced, yields no events: callers must
 * also poll; the next call to next() watches the new directory.
 *
 * @param onTrouble Called with the reason if changes will not be reported.
 */
export function watchDirectories(directories: readonly string[], onTrouble: (why: string) => void): Changes {
  return new Watch(directories, onTrouble);
}

class Watch implements Changes {
  #watcher: Deno.FsWatcher | null = null;
  #watched = "";
  #changed = false;
  #wake = (): void => {};

  constructor(readonly directories: readonly string[], readonly onTrouble: (why: string) => void) {
    this.#watch();
  }

  async next(maxMs: number, signal: AbortSignal): Promise<void> {
    if (this.#identity() !== this.#watched) {
      this.#watch();
      return;
    }
    if (!this.#changed) await this.#wait(maxMs, signal);
    if (this.#changed) await delay(BURST_MS);
    this.#changed = false;
  }

  #wait(maxMs: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, maxMs);
    this.#wake = resolve;
    const onAbort = (): void => resolve();
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) resolve();
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    });
  }

  #watch(): void {
    this[Symbol.dispose]();
    this.#watched = this.#identity();
    try {
      const watcher = Deno.watchFs([...this.directories], { recursive: false });
      this.#watcher = watcher;
      this.#listen(watcher);
    } catch (error) {
      this.onTrouble(describeError(error));
    }
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) {
        if (kind === "access") continue; // a read, by us or by a runtime
        this.#changed = true;
        this.#wake();
      }
    } catch (error) {
      if (this.#watcher === watcher) this.onTrouble(describeError(error));
    }
  }

  /** The identities of the directories: one that has replaced a watched directory is not watched. */
  #identity(): string {
    return this.directories.map((path) => {
      try {
        const { dev, ino } = Deno.statSync(path);
        return `${dev}:${ino}`;
      } catch {
        return "none";
      }
    }).join(" ");
  }

  [Symbol.dispose](): void {
    const watcher = this.#watcher;
    this.#watcher = null;
    watcher?.close();
  }
}
