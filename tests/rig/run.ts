/** Running other programs to their end. */
import { interruption } from "./interruption.ts";

/** How a program ended, and what it said. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  /** What it reads on its standard input; nothing if absent. */
  readonly stdin?: string;
  /** Its whole environment; ours if absent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Run it even after the process was told to stop: only for cleaning up. */
  readonly cleanup?: boolean;
}

/** The rig could not do what it was asked to. */
export class RigError extends Error {
  override readonly name = "RigError";
}

/** Settings that every program of the rig is started with. */
export const ownGroup = {
  // A group of its own: Ctrl-C reaches only this process, which then ends its children in an order of its
  // choosing.
  detached: true,
} as const;

/**
 * Runs a program to its end, however it ends.
 *
 * @param argv the program and its arguments
 * @param options how to run it
 * @returns how it ended
 * @throws {Interrupted} if the process was told to stop before
 * @throws {RigError} if there is no such program
 */
export async function outcomeOf(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  if (!options.cleanup) interruption.throwIfAborted();
  const [program = "", ...args] = argv;
  const environment = options.env ? { env: { ...options.env }, clearEnv: true } : {};
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      ...environment,
      ...ownGroup,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw new RigError(`Failed to start "${argv.join(" ")}"`, { cause });
  }
  const fed = options.stdin === undefined ? Promise.resolve() : feed(child.stdin, options.stdin);
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed]);
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/**
 * Runs a program that must succeed.
 *
 * @param argv the program and its arguments
 * @param options how to run it
 * @returns what it wrote to its standard output
 * @throws {Interrupted} if the process was told to stop before
 * @throws {RigError} if it cannot be started or fails; the message quotes what it said
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf(argv, options);
  if (code !== 0) throw new RigError(`Failed to run "${argv.join(" ")}": exit ${code}, "${stderr.trim()}"`);
  return stdout;
}

/** A program that ends without reading its input is judged by its exit status, not by our broken pipe. */
function feed(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  return new Blob([text]).stream().pipeTo(stdin).catch(() => {});
}
