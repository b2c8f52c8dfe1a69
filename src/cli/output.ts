import { escapeInvisible } from "../base/log/quote.ts";
import { writeAll } from "../base/log/stdio.ts";

/** Prints a line for people, or for the next program in a pipe. */
export function print(text: string): void {
  write(`${text}\n`);
}

/** Whether people see what is printed. */
export function isTerminal(): boolean {
  return Deno.stdout.isTerminal();
}

/** Writes text as it is. One that closed its end of a pipe has read enough. */
export function write(text: string): void {
  try {
    writeAll(Deno.stdout, new TextEncoder().encode(text), 0);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** Prints JSON; bigints become numbers where they are exact, else strings. A terminal that shows it obeys none of it. */
export function printJson(value: unknown): void {
  const plain = (_key: string, part: unknown): unknown => typeof part === "bigint" ? plainNumber(part) : part;
  print(escapeInvisible(JSON.stringify(value, plain, 2)));
}

function plainNumber(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

/** A wrong command line: said on stderr, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
