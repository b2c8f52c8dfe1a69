import { cacheDirectory, exists } from "./cache.ts";
import { onSignal } from "./cleanup.ts";

/** A temporary directory of one run, gone when the run is over, however it ends. */
export class Room implements Disposable {
  /** Its path. */
  readonly path: string;
  readonly #withdraw: () => void;

  private constructor(path: string) {
    this.path = path;
    this.#withdraw = onSignal(() => this.#remove());
  }

  /**
   * Makes a room, and removes the ones whose process was killed before it could.
   *
   * @returns the room; dispose of it
   */
  static async open(): Promise<Room> {
    const runs = `${cacheDirectory()}/runs`;
    await Deno.mkdir(runs, { recursive: true });
    for await (const { name } of Deno.readDir(runs)) {
      const owner = /^(\d+)-/.exec(name)?.[1];
      if (owner === undefined || await exists(`/proc/${owner}`)) continue;
      await Deno.remove(`${runs}/${name}`, { recursive: true }).catch(ignoreMissing);
    }
    return new Room(await Deno.makeTempDir({ dir: runs, prefix: `${Deno.pid}-` }));
  }

  #remove(): void {
    try {
      Deno.removeSync(this.path, { recursive: true });
    } catch (error) {
      ignoreMissing(error);
    }
  }

  [Symbol.dispose](): void {
    this.#withdraw();
    this.#remove();
  }
}

/** Two runs may tidy up at once. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
