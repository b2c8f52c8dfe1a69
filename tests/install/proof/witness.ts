/** Sees every version of the directory of lists, and judges each. */
import { judgeLists } from "../judge.ts";

const PAUSE_MS = 2;

/** Watches until it is stopped. */
export class Witness {
  readonly problems = new Set<string>();
  /** Every state that was seen: names and contents. */
  readonly states = new Set<string>();
  #isOver = false;
  readonly #watching: Promise<void>;

  /** @param directory of lists; @param original the file that must always be there, whole */
  constructor(readonly directory: string, readonly original: string) {
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      this.#look();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  #look(): void {
    const files = new Map<string, string>();
    for (const { name } of Deno.readDirSync(this.directory)) {
      try {
        files.set(name, Deno.readTextFileSync(`${this.directory}/${name}`));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error; // it went while we looked
      }
    }
    for (const problem of judgeLists(files)) this.problems.add(problem);
    if (!files.has(this.original)) this.problems.add(`${this.original} is gone`);
    this.states.add(JSON.stringify([...files]));
  }
}
