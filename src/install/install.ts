/**
 * One pass of an install: executable first, because a list that names a missing one keeps pods from starting.
 */
import { checkDirectory, removeDrafts, removeFile } from "./directory.ts";
import { ifThere } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { checkExecutable, installedVersion, putExecutable } from "./executable.ts";
import { apply, type ListState, type PassOptions } from "./apply.ts";
import { lockNode } from "./lock.ts";
import { stubMark } from "./names.ts";
import type { ChainedPlugin } from "./render.ts";

/** What to install, and where. */
export interface Target {
  /** Where the container runtime looks for plugins. */
  readonly binDir: string;
  /** All directories in which it looks for plugins, `binDir` included. */
  readonly pluginDirs: readonly string[];
  /** Where it looks for lists. */
  readonly confDir: string;
  /** Path of the executable to copy. */
  readonly executable: string;
  /** What it prints for `version -o json`, or a part of that. */
  readonly version: Readonly<Record<string, unknown>>;
  /** The plugins to chain: for each an executable and an entry in the list. */
  readonly plugins: readonly ChainedPlugin[];
  /**
   * Types of all plugins that the executable can be: it is copied once, and the others are hard links to it.
   */
  readonly types: readonly string[];
}

/** The state of the node after a pass. */
export interface InstallState extends ListState {
  /** Whether the next pod is added with the plugins: executables and list are there, and were verified. */
  readonly isReady: boolean;
}

/** This many copies within FIGHT_MS means that another installer keeps overwriting ours. */
const FIGHT_COPIES = 3;
/**
 * After this many changes of our list by another program within FIGHT_MS the list is left alone for TRUCE_MS.
 */
const FIGHT_CHANGES = 3;
const FIGHT_MS = 60_000;
const TRUCE_MS: readonly [first: number, max: number] = [10_000, 600_000];

/** Installs on a node, and remembers what need not be verified again. */
export class Installer {
  /** The identity (see identify()) of each executable that was verified, by its type. */
  readonly #verified = new Map<string, string>();
  /** The times of recent copies, by performance.now(). */
  #copiedMs: number[] = [];
  /** The text of our list as we wrote it last. */
  #written: string | null = null;
  /** The times of recent changes of it by other programs, by performance.now(). */
  #changedMs: number[] = [];
  #truce = { untilMs: 0, nextMs: TRUCE_MS[0] };

  constructor(readonly target: Target) {}

  /**
   * Makes one pass. Passes of several processes wait for each other.
   *
   * @param signal Once it is aborted nothing is installed any more, because an uninstall may follow.
   * @throws {InstallError} If the directories or the executable cannot be used; the message says why.
   */
  async pass(options: PassOptions, signal?: AbortSignal): Promise<InstallState> {
    const { binDir, confDir, plugins, pluginDirs } = this.target;
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
    const overwriteChanged = performance.now() >= this.#truce.untilMs;
    const state = apply({ path: confDir, isRootsAlone }, plugins, pluginDirs, {
      ...options,
      overwriteChanged,
    });
    if (state.written !== null) this.#noteWritten(state.written);
    return {
      ...state,
      isReady: state.list !== null && state.problem === null,
      changes: [...changes, ...state.changes],
    };
  }

  /** Counts changes that other programs made to our list; after too many of them there is a truce. */
  #noteWritten({ before, now }: NonNullable<ListState["written"]>): void {
    const isForeign = before !== null && this.#written !== null && before !== this.#written;
    this.#written = now;
    if (!isForeign) return;
    const at = performance.now();
    this.#changedMs = [...this.#changedMs.filter((time) => at - time < FIGHT_MS), at];
    if (this.#changedMs.length < FIGHT_CHANGES) return;
    this.#changedMs = [];
    this.#truce = {
      untilMs: at + this.#truce.nextMs,
      nextMs: Math.min(this.#truce.nextMs * 2, TRUCE_MS[1]),
    };
  }

  /** @returns What was done, in words. */
  async #installExecutable(type: string): Promise<string[]> {
    const { binDir, executable, version, types } = this.target;
    const path = `${binDir}/${type}`;
    if (identify(path) === this.#verified.get(type)) return [];
    await this.#refuseToFight(type);
    const isNew = putExecutable(executable, binDir, type, types);
    if (isNew) this.#copiedMs.push(performance.now());
    await checkExecutable(path, version);
    this.#verified.set(type, identify(path));
    return isNew ? [`copied the executable to "${path}"`] : [];
  }

  /**
   * Keeps two installers of different versions from overwriting each other's copy forever. An executable that
   * is missing or does not run is replaced at once; one that runs is replaced at most FIGHT_COPIES times in
   * FIGHT_MS.
   *
   * @throws {InstallError} If that maximum is reached.
   */
  async #refuseToFight(type: string): Promise<void> {
    this.#copiedMs = this.#copiedMs.filter((time) => performance.now() - time < FIGHT_MS);
    if (this.#copiedMs.length < FIGHT_COPIES) return;
    const other = await installedVersion(`${this.target.binDir}/${type}`);
    if (other === null) return;
    throw new InstallError(
      `Another process keeps replacing the executable ${quote(type)}, now by ${
        quote(other, 200)
      }: are there two installers?`,
    );
  }
}

/** Identifies a file and its state: a different file, or the same one after a change, differs. */
function identify(path: string): string {
  const info = ifThere(() => Deno.lstatSync(path), null);
  if (info === null) return "none";
  const { dev, ino, size, mtime, ctime, mode, uid } = info;
  return [dev, ino, size, mtime?.getTime(), ctime?.getTime(), mode, uid].join(" ");
}
