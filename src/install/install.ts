/** One pass of an install: the executable first, since a list that names what is not there keeps pods from starting. */
import { checkDirectory, removeDrafts, takeFile } from "./directory.ts";
import { checkExecutable, putExecutable } from "./executable.ts";
import { bringAbout, type Outcome, type Zeal } from "./lists.ts";
import { lockNode } from "./lock.ts";
import { EXECUTABLE, STUB_MARK } from "./names.ts";
import type { ChainedPlugin } from "./render.ts";

/** What goes where. */
export interface Target {
  /** Where the container runtime looks for plugins. */
  readonly binDir: string;
  /** Where it looks for lists. */
  readonly confDir: string;
  /** Path of the executable to copy. */
  readonly executable: string;
  /** What that one says to `version -o json`, or a part of it. */
  readonly version: Readonly<Record<string, unknown>>;
  readonly plugin: ChainedPlugin;
}

/** How a pass leaves the node. */
export interface InstallState extends Outcome {
  /** Whether the next pod is natra's: executable and list are there, and were verified. */
  readonly isReady: boolean;
}

/** Brings a node to what it ought to be; one object remembers what need not be verified again. */
export class Installer {
  /** The executable that was verified, as the file system tells it from others. */
  #verified = "";

  constructor(readonly target: Target) {}

  /**
   * One pass; beside others, one after the other.
   *
   * @param signal Told to stop: then nothing is installed any more, since an uninstall may come next.
   * @throws {InstallError} If the directories or the executable cannot be used; says why.
   */
  async pass(zeal: Zeal, signal?: AbortSignal): Promise<InstallState> {
    const { binDir, confDir, executable, version, plugin } = this.target;
    checkDirectory(binDir, "directory of plugins", "root");
    const isRootsAlone = checkDirectory(confDir, "directory of lists", "a group");
    using _lock = await lockNode();
    signal?.throwIfAborted();
    for (const directory of new Set([binDir, confDir])) removeDrafts(directory);
    const changes: string[] = [];
    if (identify(`${binDir}/${EXECUTABLE}`) !== this.#verified) {
      if (putExecutable(executable, binDir)) {
        changes.push(`copied the executable to "${binDir}/${EXECUTABLE}"`);
      }
      await checkExecutable(binDir, version);
      this.#verified = identify(`${binDir}/${EXECUTABLE}`);
    }
    takeFile(binDir, STUB_MARK);
    const outcome = bringAbout({ path: confDir, isRootsAlone }, plugin, zeal);
    return {
      ...outcome,
      isReady: outcome.list !== null && outcome.problem === null,
      changes: [...changes, ...outcome.changes],
    };
  }
}

/** What tells a file from another, and from itself after a change. */
function identify(path: string): string {
  try {
    const { dev, ino, size, mtime, ctime, mode, uid } = Deno.lstatSync(path);
    return [dev, ino, size, mtime?.getTime(), ctime?.getTime(), mode, uid].join(" ");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}
