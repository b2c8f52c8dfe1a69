/** A daemon of the node, with its output in a file. */
import { pause } from "../interruption.ts";
import { RigError } from "../run.ts";

const PATIENCE_MS = 120_000;

/** A running daemon. Disposing of it kills it. */
export class Daemon implements AsyncDisposable {
  #ended = false;

  private constructor(readonly process: Deno.ChildProcess, readonly log: string) {
    this.process.status.then(() => this.#ended = true);
  }

  /**
   * Starts a daemon, and waits until it is ready.
   *
   * @param argv the program and its arguments
   * @param log the file that takes its output
   * @param isReady asked again and again
   * @returns its owner
   * @throws {RigError} with the end of its output, if it ends before or takes 120 s
   */
  static async start(argv: readonly string[], log: string, isReady: () => Promise<boolean>): Promise<Daemon> {
    const command = ["-c", 'log=$1; shift; exec "$@" >>"$log" 2>&1', "sh", log, ...argv];
    const process = new Deno.Command("sh", { args: command, stdin: "null", stdout: "null", stderr: "null" })
      .spawn();
    const daemon = new Daemon(process, log);
    const start = performance.now();
    while (!daemon.#ended && performance.now() - start < PATIENCE_MS) {
      if (await isReady()) return daemon;
      await pause(100);
    }
    await daemon[Symbol.asyncDispose]();
    const said = (await Deno.readTextFile(log)).slice(-2000);
    throw new RigError(`Failed to start "${argv.join(" ")}": "${said}"`);
  }

  /** Its process. */
  get pid(): number {
    return this.process.pid;
  }

  /** Whether it has ended. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Waits for its end. */
  async ended(): Promise<void> {
    await this.process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.process.kill("SIGKILL");
    await this.process.status;
  }
}
