/**
 * The outer frame of a program of the tests: signals, errors, exit status. Figures go to stdout, everything
 * else to stderr.
 */
import { Interrupted, interruption, stopOnSignals } from "./interruption.ts";
import { sweepNamespaces } from "./namespace.ts";
import { type Given, helpOf, type Options, type Program, readArguments, UsageError } from "./options.ts";
import { RigError } from "./run.ts";

/**
 * Prints to stdout.
 *
 * @param text lines
 */
export function print(text: string): void {
  write(Deno.stdout, `${text}\n`);
}

/**
 * Writes progress to stderr.
 *
 * @param text as it is
 */
export function say(text: string): void {
  write(Deno.stderr, text);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

/** What every such program needs: root, and nothing left over by one that was killed. */
export async function checkSurroundings(): Promise<void> {
  if (Deno.uid() !== 0) throw new RigError("Failed to make network namespaces: root is needed");
  for (const name of await sweepNamespaces()) {
    say(`removed "${name}", left behind by a run that was killed\n`);
  }
}

/**
 * Runs a program to its end.
 *
 * @param program what to run; it may say how it ends
 * @returns the exit status: 0 or what it says, 1 failed, 2 bad usage, 128 + signal when told to stop
 */
export async function runToEnd(program: () => Promise<number | void>): Promise<number> {
  using _signals = stopOnSignals();
  try {
    return await program() ?? 0;
  } catch (error) {
    // Once told to stop, whatever else went wrong on the way out is a consequence.
    if (interruption.reason instanceof Interrupted) {
      say(`${interruption.reason.message}; everything is removed\n`);
      return interruption.reason.exitCode;
    }
    if (error instanceof UsageError) {
      say(`${error.message}\nTry "--help"\n`);
      return 2;
    }
    if (!(error instanceof Error)) throw error;
    say(`${error instanceof RigError ? error.message : error.stack}\n`);
    return 1;
  }
}

/**
 * Runs a program with its command line, or prints its help.
 *
 * @param program what it is
 * @param run what it does; it may say how it ends
 * @returns the exit status, as {@linkcode runToEnd} has it
 */
export function runProgram<O extends Options>(
  program: Program<O>,
  run: (given: Given<O>) => Promise<number | void>,
): Promise<number> {
  return runToEnd(async () => {
    const given = readArguments(program, Deno.args);
    if (given !== null) return await run(given);
    print(helpOf(program));
  });
}
