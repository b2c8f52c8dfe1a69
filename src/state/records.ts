/**
 * One small JSON file for each pod's interface: what was done to it. Written whole or not at all, readable by root
 * alone.
 *
 * @module
 */
import { RECORD_ROOT } from "./names.ts";

/** What a record is about. */
export interface RecordKey {
  readonly containerId: string;
  readonly ifname: string;
}

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const SUFFIX = ".json";

function pathOf({ containerId, ifname }: RecordKey): string {
  return `${RECORD_ROOT}/${containerId}-${ifname}${SUFFIX}`;
}

/** JSON has no bigint: they are written as strings. */
function encode(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** Writes a record, replacing the one that is there. @throws {Error} If the file system refuses. */
export function writeRecord(key: RecordKey, value: unknown): void {
  Deno.mkdirSync(RECORD_ROOT, { recursive: true, mode: DIRECTORY_MODE });
  const path = pathOf(key);
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    Deno.writeTextFileSync(draft, JSON.stringify(value, encode), { createNew: true, mode: FILE_MODE });
    Deno.renameSync(draft, path);
  } catch (error) {
    removeFile(draft);
    throw error;
  }
}

/** Reads a record. @returns null if there is none, or none that is JSON. */
export function readRecord(key: RecordKey): unknown {
  return readFile(pathOf(key));
}

/** Whether there is a record, readable or not. */
export function hasRecord(key: RecordKey): boolean {
  try {
    return Deno.lstatSync(pathOf(key)).isFile;
  } catch {
    return false;
  }
}

/** Every record, in no order; files that are no records are passed over. */
export function readRecords(): unknown[] {
  try {
    return [...Deno.readDirSync(RECORD_ROOT)]
      .filter(({ isFile, name }) => isFile && name.endsWith(SUFFIX))
      .map(({ name }) => readFile(`${RECORD_ROOT}/${name}`))
      .filter((record) => record !== null);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Removes a record. What is not there is no error. */
export function removeRecord(key: RecordKey): void {
  removeFile(pathOf(key));
}

function readFile(path: string): unknown {
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
