/**
 * Whether a step has to run: a stamp records the hash of its inputs, and the size and time of its outputs.
 * Outputs are not hashed, because reading the executable again would take longer than the rest of a build
 * with nothing to do.
 */

/** Something whose change makes a step run again: a file (by content) or a plain value. */
export type Input = { readonly file: string } | { readonly value: string };

interface Stamp {
  readonly key: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Hashes inputs. The length of each part precedes it, so that moving a byte from one part to the next changes
 * the hash.
 *
 * @param inputs Files and values; a missing file is not an error, and counts as missing.
 * @returns 64 hexadecimal digits.
 */
export async function keyOf(inputs: readonly Input[]): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const add = (bytes: Uint8Array<ArrayBuffer>) =>
    parts.push(new TextEncoder().encode(`${bytes.length}:`), bytes);
  for (const input of inputs) {
    if ("value" in input) {
      add(new TextEncoder().encode(input.value));
    } else {
      add(new TextEncoder().encode(input.file));
      add(readOrEmpty(input.file));
    }
  }
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return new Uint8Array(digest).toHex();
}

/**
 * Whether a step's outputs are those of the last run with the same inputs: then the step can be skipped.
 *
 * @param path The stamp file.
 * @param key The result of keyOf() now.
 */
export function isFresh(path: string, key: string, outputs: readonly string[]): boolean {
  const stamp = readStamp(path);
  return stamp?.key === key && outputs.every((output) => stamp.outputs[output] === identity(output));
}

/**
 * Records a finished step.
 *
 * @param path The stamp file; its directory is created.
 * @param key The result of keyOf().
 * @throws {Error} If an output is missing.
 */
export function writeStamp(path: string, key: string, outputs: readonly string[]): void {
  const identities: Record<string, string> = {};
  for (const output of outputs) {
    const found = identity(output);
    if (found === undefined) throw new Error(`Cannot find "${output}", which the step should have made`);
    identities[output] = found;
  }
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, JSON.stringify({ key, outputs: identities } satisfies Stamp));
}

/**
 * Lists files below a directory, sorted, so that a hash over them does not depend on the file system's order.
 *
 * @param directory If it is missing the list is empty.
 * @param wanted Whether to keep a path.
 * @returns Paths that begin with `directory`.
 */
export function filesBelow(directory: string, wanted: (path: string) => boolean): string[] {
  const found: string[] = [];
  try {
    for (const entry of Deno.readDirSync(directory)) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory) found.push(...filesBelow(path, wanted));
      else if (wanted(path)) found.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

function readOrEmpty(path: string): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

/** A stamp that cannot be read counts as missing: the step runs. */
function readStamp(path: string): Stamp | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch {
    return undefined;
  }
}

function identity(path: string): string | undefined {
  try {
    const { size, mtime, ino } = Deno.statSync(path);
    return `${size} ${mtime?.getTime() ?? 0} ${ino ?? 0}`;
  } catch {
    return undefined;
  }
}
