import { escapeInvisible } from "../base/log/quote.ts";
import { writeAll } from "../base/log/stdio.ts";

/** Prints a line for people, or for the next program in a pipe. */
export function print(text: string): void {
  write(`${text}\n`);
}

/** Whether stdout is a terminal. */
export function isTerminal(): boolean {
  return Deno.stdout.isTerminal();
}

/** Writes text unchanged. A reader that has closed its end of the pipe is not an error. */
export function write(text: string): void {
  try {
    writeAll(Deno.stdout, new TextEncoder().encode(text), 0);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/**
 * Prints JSON; bigints become numbers where they are exact, else strings. It cannot control a terminal that
 * shows it.
 */
export function printJson(value: unknown): void {
  const plain = (_key: string, part: unknown): unknown => typeof part === "bigint" ? plainNumber(part) : part;
  print(escapeInvisible(JSON.stringify(value, plain, 2)));
}

function plainNumber(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

/** A wrong command line: reported on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
