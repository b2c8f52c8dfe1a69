/** Programs that run beside us: servers, loads, elephants. */
import { orInterruption } from "./interruption.ts";
import { type Outcome, ownGroup, RigError } from "./run.ts";

/** How long a program may take to obey a signal before it is killed, in milliseconds. */
const PATIENCE_MS = 10_000;

/** A running program. Disposing of it ends it. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #outcome: Promise<Outcome>;
  #ended = false;

  private constructor(process: Deno.ChildProcess, readonly commandLine: string) {
    this.#process = process;
    this.#outcome = process.output().then(({ code, stdout, stderr }) => {
      this.#ended = true;
      const text = new TextDecoder();
      return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    });
  }

  /**
   * Starts a program.
   *
   * @param argv the program and its arguments
   * @returns its owner
   * @throws {RigError} if there is no such program
   */
  static start(argv: readonly string[]): Child {
    const [program = "", ...args] = argv;
    const commandLine = argv.join(" ");
    try {
      const command = new Deno.Command(program, {
        args,
        ...ownGroup,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      });
      return new Child(command.spawn(), commandLine);
    } catch (cause) {
      throw new RigError(`Failed to start "${commandLine}"`, { cause });
    }
  }

  /** Whether it has ended by itself or been ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Waits for its end.
   *
   * @returns how it ended and all that it said
   * @throws {Interrupted} when the process is told to stop meanwhile
   */
  outcome(): Promise<Outcome> {
    return orInterruption(this.#outcome);
  }

  /**
   * Asks it to end; kills it if it does not.
   *
   * @param signal how to ask
   * @param patience how long to wait before killing, in milliseconds
   * @returns how it ended and all that it said
   */
  async stop(signal: Deno.Signal = "SIGTERM", patience: number = PATIENCE_MS): Promise<Outcome> {
    this.signal(signal);
    const killer = setTimeout(() => this.signal("SIGKILL"), patience);
    try {
      return await this.#outcome;
    } finally {
      clearTimeout(killer);
    }
  }

  /**
   * Waits for its end, and asks it to end where that takes too long.
   *
   * @param patience how long to wait before each of both, in milliseconds
   * @returns how it ended and all that it said
   */
  async endOrStop(patience: number): Promise<Outcome> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, patience);
    await Promise.race([this.#outcome, late.promise]);
    clearTimeout(timer);
    return await this.stop("SIGINT", patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /**
   * Sends it a signal, if it still runs.
   *
   * @param signal which
   */
  signal(signal: Deno.Signal): void {
    if (this.#ended) return;
    try {
      this.#process.kill(signal);
    } catch (error) {
      // It may end between the question and the signal.
      if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
    }
  }
}
