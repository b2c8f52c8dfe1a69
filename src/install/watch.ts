import { describeError } from "../base/log/describe.ts";

/** Tells of changes in directories. Disposing of it ends the watching. */
export interface Changes extends Disposable {
  /**
   * Waits for a change that was not told of yet.
   *
   * @param most Milliseconds after which it is enough.
   * @param signal Ends the waiting, too.
   */
  next(most: number, signal: AbortSignal): Promise<void>;
}

/** Changes come in bunches: a file that is written piece by piece is looked at once. */
const BUNCH_MS = 20;

/**
 * Watches directories, from now on. One that cannot be watched, or is replaced by another, is told of by nobody: the
 * caller looks from time to time, and its next waiting watches the new one.
 *
 * @param onTrouble Told why nobody will tell of changes.
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

  async next(most: number, signal: AbortSignal): Promise<void> {
    if (this.#identity() !== this.#watched) {
      this.#watch();
      return;
    }
    if (!this.#changed) await this.#wait(most, signal);
    if (this.#changed) await pause(BUNCH_MS);
    this.#changed = false;
  }

  #wait(most: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, most);
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
        if (kind === "access") continue; // that is ourselves, or a runtime, reading
        this.#changed = true;
        this.#wake();
      }
    } catch (error) {
      if (this.#watcher === watcher) this.onTrouble(describeError(error));
    }
  }

  /** Which directories these are: another one in the place of a watched one is not watched. */
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
