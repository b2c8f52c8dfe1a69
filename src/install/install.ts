/** One pass of an install: the executable first, since a list that names what is not there keeps pods from starting. */
import { checkDirectory, removeDrafts, takeFile } from "./directory.ts";
import { ifThere } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { checkExecutable, installedVersion, putExecutable } from "./executable.ts";
import { bringAbout, type Outcome, type Zeal } from "./apply.ts";
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

/** So many copies in so many milliseconds are a fight. */
const FIGHT_COPIES = 3;
const FIGHT_MS = 60_000;

/** Brings a node to what it ought to be; one object remembers what need not be verified again. */
export class Installer {
  /** The executable that was verified, as the file system tells it from others. */
  #verified = "";
  /** When it was copied lately, in milliseconds of this process. */
  #copied: number[] = [];

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
      await this.#refuseToFight();
      if (putExecutable(executable, binDir)) {
        this.#copied.push(performance.now());
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

  /**
   * Two installers of different versions would copy for ever, each over the other's. One that is missing or does not run is put back at
   * once, always; one that runs is replaced a few times a minute.
   *
   * @throws {InstallError} If that was enough for now.
   */
  async #refuseToFight(): Promise<void> {
    this.#copied = this.#copied.filter((time) => performance.now() - time < FIGHT_MS);
    if (this.#copied.length < FIGHT_COPIES) return;
    const other = await installedVersion(this.target.binDir);
    if (other === null) return;
    throw new InstallError(
      `Somebody else replaces the executable again and again, now by ${
        quote(other, 200)
      }: are there two installers?`,
    );
  }
}

/** What tells a file from another, and from itself after a change. */
function identify(path: string): string {
  const info = ifThere(() => Deno.lstatSync(path), null);
  if (info === null) return "none";
  const { dev, ino, size, mtime, ctime, mode, uid } = info;
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime(), mode, uid].join(" ");
}
