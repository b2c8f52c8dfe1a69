/** The node's directories: checks which users can write to them, and replaces files atomically. */
import { describeError, ifThere } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { draftName, isDraftName } from "./names.ts";

const STICKY = 0o1000;
const GROUP_MAY_WRITE = 0o020;
const OTHERS_MAY_WRITE = 0o002;

/** Which users can write to a directory. */
export type Writers = "root" | "root and group";

/**
 * Requires a directory that only root controls, because its files are run or read as root. No other user may
 * own it, write to it, or replace a directory that contains it, and no part of the path may be a symbolic
 * link.
 *
 * @param what Its purpose, for the error.
 * @param writers `root and group` also lets a group write, as MicroK8s lets its administrators: a user who
 * can write lists decides anyway what is run as root.
 * @returns Whether only root can write there.
 * @throws {InstallError} If it is not such a directory.
 */
export function checkDirectory(path: string, what: string, writers: Writers): boolean {
  const refuse = (why: string): never => {
    throw new InstallError(`Cannot use ${quote(path, 200)} as the ${what}: ${why}`);
  };
  if (!path.startsWith("/") || path.split("/").some((part) => part === "..")) {
    refuse('it must be an absolute path without ".."');
  }
  let isRootsAlone = true;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  for (let depth = 0; depth <= parts.length; depth++) {
    const at = `/${parts.slice(0, depth).join("/")}`;
    const info = lstat(at, refuse);
    if (info.isSymlink) refuse(`${quote(at)} is a symbolic link to ${target(at)}: name the directory itself`);
    if (!info.isDirectory) refuse(`${quote(at)} is not a directory`);
    if (info.uid !== 0) refuse(`${quote(at)} belongs to user ${info.uid}, not to root`);
    const mode = info.mode ?? 0;
    // In a sticky directory other users can add files, but cannot replace root's.
    const isExchangeable = depth === parts.length || (mode & STICKY) === 0;
    if ((mode & OTHERS_MAY_WRITE) !== 0 && isExchangeable) refuse(`every user may write to ${quote(at)}`);
    if ((mode & GROUP_MAY_WRITE) !== 0 && info.gid !== 0 && isExchangeable) {
      if (writers === "root") refuse(`group ${info.gid} may write to ${quote(at)}`);
      isRootsAlone = false;
    }
  }
  return isRootsAlone;
}

function lstat(path: string, refuse: (why: string) => never): Deno.FileInfo {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return refuse(`${quote(path)} does not exist`);
    return refuse(describeError(error));
  }
}

function target(path: string): string {
  try {
    return quote(Deno.realPathSync(path));
  } catch {
    return "nothing";
  }
}

/**
 * Creates or replaces a file atomically: a reader sees the old file or the whole new one, even after a crash
 * or a power cut. The new file is written beside its place under a name that runtimes ignore, and renamed,
 * which works while the old one is being run.
 *
 * @param fill Creates the file at the path that it gets.
 * @throws {Error} If the file system refuses; then no draft is left.
 */
export function putFile(directory: string, name: string, fill: (path: string) => void): void {
  const draft = `${directory}/${draftName()}`;
  try {
    fill(draft);
    syncPath(draft);
    Deno.renameSync(draft, `${directory}/${name}`);
  } catch (error) {
    unlink(draft);
    throw error;
  }
  syncPath(directory);
}

/** Removes a file, and syncs the directory. @returns Whether there was one. */
export function removeFile(directory: string, name: string): boolean {
  if (!unlink(`${directory}/${name}`)) return false;
  syncPath(directory);
  return true;
}

/**
 * Removes the drafts that killed processes left. The caller holds the install lock, so no process writes one
 * now.
 */
export function removeDrafts(directory: string): void {
  for (const { name } of Deno.readDirSync(directory)) {
    if (isDraftName(name)) unlink(`${directory}/${name}`);
  }
}

function syncPath(path: string): void {
  using file = Deno.openSync(path, { read: true });
  file.syncSync();
}

function unlink(path: string): boolean {
  const remove = (): boolean => {
    Deno.removeSync(path);
    return true;
  };
  return ifThere(remove, false);
}
