/** One pass of an install: the executable first, since a list that names what is not there keeps pods from starting. */
import { checkDirectory, removeDrafts, removeFile } from "./directory.ts";
import { ifThere } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { checkExecutable, installedVersion, putExecutable } from "./executable.ts";
import { apply, type ListState, type PassOptions } from "./apply.ts";
import { lockNode } from "./lock.ts";
import { stubMark } from "./names.ts";
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
  /** The plugins to chain: for each an executable and an entry in the list. */
  readonly plugins: readonly ChainedPlugin[];
  /** Types of all plugins that the executable can be: it is installed once, and the others are hard links to it. */
  readonly types: readonly string[];
}

/** How a pass leaves the node. */
export interface InstallState extends ListState {
  /** Whether the next pod is added with the plugins: executables and list are there, and were verified. */
  readonly isReady: boolean;
}

/** This many copies within FIGHT_MS means that another installer keeps overwriting ours. */
const FIGHT_COPIES = 3;
const FIGHT_MS = 60_000;

/** Installs on a node; one object remembers what need not be verified again. */
export class Installer {
  /** The executables that were verified, by their type, as the file system tells them from others. */
  readonly #verified = new Map<string, string>();
  /** When one was copied lately, in milliseconds of this process. */
  #copied: number[] = [];

  constructor(readonly target: Target) {}

  /**
   * One pass; beside others, one after the other.
   *
   * @param signal Told to stop: then nothing is installed any more, since an uninstall may come next.
   * @throws {InstallError} If the directories or the executable cannot be used; says why.
   */
  async pass(options: PassOptions, signal?: AbortSignal): Promise<InstallState> {
    const { binDir, confDir, plugins } = this.target;
    checkDirectory(binDir, "directory of plugins", "root");
    const isRootsAlone = checkDirectory(confDir, "directory of lists", "root and group");
    using _lock = await lockNode();
    signal?.throwIfAborted();
    for (const directory of new Set([binDir, confDir])) removeDrafts(directory);
    const changes: string[] = [];
    for (const { type } of plugins) {
      changes.push(...await this.#installExecutable(type));
      removeFile(binDir, stubMark(type));
    }
    const state = apply({ path: confDir, isRootsAlone }, plugins, options);
    return {
      ...state,
      isReady: state.list !== null && state.problem === null,
      changes: [...changes, ...state.changes],
    };
  }

  /** @returns What was done, in words. */
  async #installExecutable(type: string): Promise<string[]> {
    const { binDir, executable, version, types } = this.target;
    const path = `${binDir}/${type}`;
    if (identify(path) === this.#verified.get(type)) return [];
    await this.#refuseToFight(type);
    const isNew = putExecutable(executable, binDir, type, types);
    if (isNew) this.#copied.push(performance.now());
    await checkExecutable(path, version);
    this.#verified.set(type, identify(path));
    return isNew ? [`copied the executable to "${path}"`] : [];
  }

  /**
   * Two installers of different versions would overwrite each other's copy for ever. An executable that is missing or does
   * not run is put back at once; one that runs is replaced a few times a minute.
   *
   * @throws {InstallError} If that was enough for now.
   */
  async #refuseToFight(type: string): Promise<void> {
    this.#copied = this.#copied.filter((time) => performance.now() - time < FIGHT_MS);
    if (this.#copied.length < FIGHT_COPIES) return;
    const other = await installedVersion(`${this.target.binDir}/${type}`);
    if (other === null) return;
    throw new InstallError(
      `Another process keeps replacing the executable ${quote(type)}, now by ${
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
