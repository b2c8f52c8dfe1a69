/** A program on a terminal of its own, and keys that are typed there: util-linux's script(1) makes the terminal. */
import { orInterruption, pause } from "../rig/interruption.ts";
import { ownGroup, RigError } from "../rig/run.ts";

const MOST_TRIES = 400;
const TRY_MS = 50;

/** Quotes a word for sh. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A running program that believes to be watched. Disposing of it ends it. */
export class Typist implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #shown = "";
  #ended = false;

  /**
   * Starts a program on a terminal.
   *
   * @param argv the program and its arguments
   * @param env its whole environment
   */
  constructor(argv: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--flush", "--return", "--command", argv.map(quoted).join(" "), "/dev/null"],
      env: { ...env },
      clearEnv: true,
      ...ownGroup,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) this.#shown += text;
    this.#ended = true;
  }

  /** All that was shown so far, with whatever the terminal was told. */
  get shown(): string {
    return this.#shown;
  }

  /** Types. */
  async type(keys: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  /**
   * Waits until something is shown.
   *
   * @param pattern what
   * @param from only what was shown from there on counts
   * @returns what was shown from there on
   * @throws {RigError} if the program ends first, or it takes 20 s
   */
  async until(pattern: RegExp, from = 0): Promise<string> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const shown = this.#shown.slice(from);
      if (pattern.test(shown)) return shown;
      if (this.#ended) break;
      await pause(TRY_MS);
    }
    throw new RigError(`Failed to see ${pattern}: ${JSON.stringify(this.#shown.slice(from).slice(-2000))}`);
  }

  /** Waits for the program's end. @returns its exit status */
  async ended(): Promise<number> {
    const { code } = await orInterruption(this.#child.status);
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGKILL"); // and with the terminal its program is hung up
    await this.#writer.close().catch(() => {});
    await this.#child.status;
    await this.#reading;
  }
}
