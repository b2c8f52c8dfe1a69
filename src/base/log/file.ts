import { ifThere } from "./describe.ts";
import { writeAll } from "./stdio.ts";

/** At this size the file is moved to `.1` before the next line is written. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;

/**
 * Appends whole lines to the log file, creates it and its directory if they are missing, and rotates it when
 * it is full.
 *
 * The file is opened for each call: several plugin processes write to it, and once one of them has rotated
 * it, no other may go on writing into the file that was moved away. One `write` with O_APPEND keeps the lines
 * of several processes apart.
 *
 * @param path The file's absolute path; the file is created with mode 0640, a missing directory with 0750.
 * @param bytes Whole lines in UTF-8.
 * @param maxBytes The file is rotated at this size.
 * @throws {Error} If the path is a symbolic link or not a regular file, or cannot be written.
 */
export function appendLog(path: string, bytes: Uint8Array, maxBytes: number = MAX_FILE_BYTES): void {
  rotate(path, maxBytes);
  using file = openSafely(path);
  writeAll(file, bytes);
}

/**
 * Moves a full file to `.1`, over an older one. Two processes may both find it full, and the second would
 * move the new file over the old one, so each checks again just before it moves the file. A file lock would
 * close the remaining microseconds, but Deno can only wait for a lock without a limit, and then any user who
 * can read the log could delay every pod's start.
 */
function rotate(path: string, maxBytes: number): void {
  const full = (): boolean => {
    const info = lstat(path);
    return info !== null && info.isFile && info.size >= maxBytes;
  };
  if (!full()) return;
  try {
    if (full()) Deno.renameSync(path, `${path}.1`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Opens the file for appending and never through a symbolic link. Deno has no O_NOFOLLOW, so an existing file
 * is compared before and after it was opened (opening to append changes nothing), and a new one is created
 * with O_EXCL, which follows no link.
 */
function openSafely(path: string): Deno.FsFile {
  // Two attempts: another process may create or rotate the file in between.
  for (let attempt = 0; attempt < 2; attempt++) {
    const before = lstat(path);
    if (before === null) {
      const file = createNew(path);
      if (file !== null) return file;
      continue;
    }
    if (!before.isFile) {
      throw new Error(`Cannot open the log file ${JSON.stringify(path)}: it is not a regular file`);
    }
    const file = openExisting(path);
    if (file === null) continue;
    const after = file.statSync();
    if (after.ino === before.ino && after.dev === before.dev) return file;
    file.close();
  }
  throw new Error(
    `Cannot open the log file ${JSON.stringify(path)}: it was replaced while it was being opened`,
  );
}

function openExisting(path: string): Deno.FsFile | null {
  return ifThere(() => Deno.openSync(path, { append: true }), null);
}

function createNew(path: string): Deno.FsFile | null {
  const open = (): Deno.FsFile => Deno.openSync(path, { append: true, createNew: true, mode: 0o640 });
  try {
    return open();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return null;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")) || "/", { recursive: true, mode: 0o750 });
  return open();
}

function lstat(path: string): Deno.FileInfo | null {
  return ifThere(() => Deno.lstatSync(path), null);
}
