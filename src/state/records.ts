/**
 * One small JSON file for each pod's interface, with what was done to it. Files are written atomically, and
 * readable by root only.
 *
 * @module
 */
import { ifThere } from "../base/log/describe.ts";

/** What a record is about. */
export interface RecordKey {
  readonly containerId: string;
  readonly ifname: string;
}

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const SUFFIX = ".json";
const DRAFT = ".tmp";
/** Follows the container's ID in a draft's name; an ID cannot contain it. */
const DRAFT_MARK = "+";

/** JSON has no bigint: they are written as strings. */
function encode(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** The records in one directory, which is created with the first record. */
export class Records {
  /** @param root The directory, which belongs to one product; all of it is on one file system. */
  constructor(readonly root: string) {}

  /** Writes a record, replacing the one that is there. @throws {Error} If the file system refuses. */
  write(key: RecordKey, value: unknown): void {
    Deno.mkdirSync(this.root, { recursive: true, mode: DIRECTORY_MODE });
    const draft = `${this.root}/${key.containerId}${DRAFT_MARK}${crypto.randomUUID()}${DRAFT}`;
    try {
      Deno.writeTextFileSync(draft, JSON.stringify(value, encode), { createNew: true, mode: FILE_MODE });
      Deno.renameSync(draft, this.#pathOf(key));
    } catch (error) {
      removeFile(draft);
      throw error;
    }
  }

  /** Reads a record. @returns null if it is missing or not JSON. */
  read(key: RecordKey): unknown {
    return readFile(this.#pathOf(key));
  }

  /** Whether there is a record, readable or not. */
  has(key: RecordKey): boolean {
    try {
      return Deno.lstatSync(this.#pathOf(key)).isFile;
    } catch {
      return false;
    }
  }

  /** Every record, in no particular order; other files are skipped. */
  all(): unknown[] {
    return this.#list()
      .filter(({ isFile, name }) => isFile && name.endsWith(SUFFIX))
      .map(({ name }) => readFile(`${this.root}/${name}`))
      .filter((record) => record !== null);
  }

  /** The containers with drafts: a process is writing their record now, or was killed while it did. */
  draftedContainers(): string[] {
    const drafts = this.#list().map(({ name }) => name).filter((name) => name.endsWith(DRAFT));
    return [...new Set(drafts.map((name) => name.slice(0, Math.max(0, name.indexOf(DRAFT_MARK)))))];
  }

  /**
   * Removes the drafts that a killed process left. The caller holds the container's lock, so no process
   * writes one.
   */
  removeDrafts(containerId: string): void {
    for (const { name } of this.#list()) {
      if (name.startsWith(`${containerId}${DRAFT_MARK}`) && name.endsWith(DRAFT)) {
        removeFile(`${this.root}/${name}`);
      }
    }
  }

  /** Removes a record. A missing record is not an error. */
  remove(key: RecordKey): void {
    removeFile(this.#pathOf(key));
  }

  #pathOf({ containerId, ifname }: RecordKey): string {
    return `${this.root}/${containerId}-${ifname}${SUFFIX}`;
  }

  #list(): Deno.DirEntry[] {
    return ifThere(() => [...Deno.readDirSync(this.root)], []);
  }
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
