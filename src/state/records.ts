/**
 * One small JSON file for each pod's interface: what was done to it. Written whole or not at all, readable by root
 * alone. Where they are is in the registry of names; only tests say otherwise.
 *
 * @module
 */
import { ifThere } from "../base/log/describe.ts";
import { RECORD_ROOT } from "../registry/names.ts";

/** What a record is about. */
export interface RecordKey {
  readonly containerId: string;
  readonly ifname: string;
}

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const SUFFIX = ".json";
const DRAFT = ".tmp";
/** Stands behind the container's ID in a draft's name; no ID has it. */
const DRAFT_MARK = "+";

function pathOf({ containerId, ifname }: RecordKey, root: string): string {
  return `${root}/${containerId}-${ifname}${SUFFIX}`;
}

/** JSON has no bigint: they are written as strings. */
function encode(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** Writes a record, replacing the one that is there. @throws {Error} If the file system refuses. */
export function writeRecord(key: RecordKey, value: unknown, root: string = RECORD_ROOT): void {
  Deno.mkdirSync(root, { recursive: true, mode: DIRECTORY_MODE });
  const path = pathOf(key, root);
  const draft = `${root}/${key.containerId}${DRAFT_MARK}${crypto.randomUUID()}${DRAFT}`;
  try {
    Deno.writeTextFileSync(draft, JSON.stringify(value, encode), { createNew: true, mode: FILE_MODE });
    Deno.renameSync(draft, path);
  } catch (error) {
    removeFile(draft);
    throw error;
  }
}

/** Reads a record. @returns null if there is none, or none that is JSON. */
export function readRecord(key: RecordKey, root: string = RECORD_ROOT): unknown {
  return readFile(pathOf(key, root));
}

/** Whether there is a record, readable or not. */
export function hasRecord(key: RecordKey, root: string = RECORD_ROOT): boolean {
  try {
    return Deno.lstatSync(pathOf(key, root)).isFile;
  } catch {
    return false;
  }
}

/** Every record, in no order; files that are no records are passed over. */
export function readRecords(root: string = RECORD_ROOT): unknown[] {
  return list(root)
    .filter(({ isFile, name }) => isFile && name.endsWith(SUFFIX))
    .map(({ name }) => readFile(`${root}/${name}`))
    .filter((record) => record !== null);
}

/** The containers whose records somebody writes now, or was killed over. */
export function draftedContainers(root: string = RECORD_ROOT): string[] {
  const drafts = list(root).map(({ name }) => name).filter((name) => name.endsWith(DRAFT));
  return [...new Set(drafts.map((name) => name.slice(0, Math.max(0, name.indexOf(DRAFT_MARK)))))];
}

/** Removes what a process that was killed left of a record. The caller holds the container's lock, so nobody writes one. */
export function removeDrafts(containerId: string, root: string = RECORD_ROOT): void {
  for (const { name } of list(root)) {
    if (name.startsWith(`${containerId}${DRAFT_MARK}`) && name.endsWith(DRAFT)) removeFile(`${root}/${name}`);
  }
}

function list(root: string): Deno.DirEntry[] {
  return ifThere(() => [...Deno.readDirSync(root)], []);
}

/** Removes a record. What is not there is no error. */
export function removeRecord(key: RecordKey, root: string = RECORD_ROOT): void {
  removeFile(pathOf(key, root));
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
  ifThere(() => Deno.removeSync(path), undefined);
}
