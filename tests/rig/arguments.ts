/** What the command lines of the tests' programs have in common. */

/** A command line that cannot be obeyed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * The value of an option.
 *
 * @param given what parseArgs() gave
 * @param name the option
 * @returns its text, or null if it was not given
 * @throws {UsageError} if it was given without a value, or twice
 */
export function textOf(given: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = given[name];
  if (value === undefined) return null;
  if (typeof value !== "string" || value === "") {
    throw new UsageError(`Bad value for "--${name}": want one text`);
  }
  return value;
}

/**
 * Reads a whole number.
 *
 * @param name the option
 * @param text its value
 * @param least smallest value that is allowed
 * @param most largest
 * @returns the number
 * @throws {UsageError} that quotes the value
 */
export function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`Bad value "${text}" for "--${name}": want a whole number from ${least} to ${most}`);
}

/**
 * Checks that a file can be written later: better now than after an hour of measuring.
 *
 * @param name the option
 * @param path its value
 * @throws {UsageError} if the file's directory does not exist
 */
export async function checkWritable(name: string, path: string): Promise<void> {
  const directory = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : ".";
  const found = await Deno.stat(directory).catch(() => null);
  if (found?.isDirectory) return;
  throw new UsageError(`Bad value "${path}" for "--${name}": its directory does not exist`);
}
