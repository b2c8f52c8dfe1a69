/** Brings the directory of lists into the state that it should have. */
import { quote } from "../base/log/quote.ts";
import { putFile, removeFile } from "./directory.ts";
import { readLists } from "./list.ts";
import { type Plan, plan } from "./plan.ts";
import { CILIUM_REMEDY, renamedByCilium } from "./renamed.ts";
import type { ChainedPlugin, Rendered } from "./render.ts";

/** What a pass may do. */
export interface PassOptions {
  /** Whether a list has been missing or half-written for longer than the grace period. */
  readonly graceElapsed: boolean;
  /** Whether to write lists again that Cilium has renamed. */
  readonly rewriteRenamed: boolean;
}

/** A directory of lists. */
export interface ListDirectory {
  readonly path: string;
  /**
   * Whether only root can write there. If not, permissions are not set by a file's name, because the file
   * could be replaced meanwhile.
   */
  readonly isRootsAlone: boolean;
}

/** The state of the directory of lists after a pass. */
export interface ListState {
  /** Our list, or an original that has the plugins in it; null if there is neither. */
  readonly list: string | null;
  /** The list that the runtime would use without ours. */
  readonly original: string | null;
  /** Why the list that the runtime uses does not have the plugins; null if it has. */
  readonly problem: string | null;
  /** Whether the problem may disappear in a moment, by itself. */
  readonly isPassing: boolean;
  /** Whether Cilium has renamed our list. */
  readonly isRenamed: boolean;
  /** What was done, in words. */
  readonly changes: readonly string[];
}

/**
 * Writes the list that is missing, and removes those that are out of date. At every moment each of our lists
 * in the directory is complete and made from an original: the new one is there before the old one is removed.
 * The caller holds the node's lock.
 *
 * @throws {Error} If the file system refuses.
 */
export function apply(
  { path: directory, isRootsAlone }: ListDirectory,
  plugins: readonly ChainedPlugin[],
  options: PassOptions,
): ListState {
  const found = plan(directory, plugins);
  const changes: string[] = [];
  const remove = (name: string, why: string): void => {
    if (removeFile(directory, name)) changes.push(`removed ${quote(name, 255)}: ${why}`);
  };
  const state = { original: found.original, isRenamed: false, isPassing: false, changes };
  const mayPass = found.orphans.length > 0 && !options.graceElapsed;
  const { wanted } = found;
  if (wanted === null) {
    if (found.problem === null && found.original !== null) { // the plugins were put into it by hand
      const types = plugins.map(({ type }) => type).join(" and ");
      for (const { name } of found.own) {
        remove(name, `${quote(found.original, 255)} contains ${types} itself`);
      }
      return { ...state, list: found.original, problem: null };
    }
    return { ...state, ...withoutList(found, options, remove) };
  }
  if (mayPass && found.own.every(({ name }) => name !== wanted.name)) {
    return { ...state, list: null, problem: waitingFor(found), isPassing: true };
  }
  if (found.isRenamed && !options.rewriteRenamed) {
    return {
      ...state,
      list: null,
      isRenamed: true,
      problem: `${renamedByCilium(wanted.name)}; ${CILIUM_REMEDY}`,
    };
  }
  for (const name of found.backups) remove(name, "Cilium had renamed it");
  if (!isThere(found, wanted, isRootsAlone)) {
    writeList(directory, wanted, isRootsAlone);
    changes.push(`wrote ${quote(wanted.name, 255)} from ${quote(found.original ?? "", 255)}`);
  }
  for (const { name } of found.own.filter((file) => file.name !== wanted.name)) {
    remove(name, "another list comes first now");
  }
  return { ...state, list: wanted.name, problem: verify(directory, wanted) };
}

/** No list can have the plugins in it: removes ours once the grace period is over. */
function withoutList(
  { own, orphans, original, problem, isUnreadable }: Plan,
  { graceElapsed }: PassOptions,
  remove: (name: string, why: string) => void,
): Pick<ListState, "list" | "problem" | "isPassing"> {
  if (!graceElapsed) {
    const why = problem ?? "there is no list in the directory: the main CNI plugin has not written it yet";
    return { list: null, problem: why, isPassing: own.length > 0 || problem !== null };
  }
  // If the original is unreadable, the list that was made from its older content stays: the runtime could not
  // read the original either.
  for (const { name } of isUnreadable ? orphans : own) {
    remove(
      name,
      problem === null || orphans.length > 0 ? "its original is gone" : "its original has changed",
    );
  }
  const why = original === null ? "there is no list in the directory to add a plugin to" : problem;
  return { list: null, problem: why, isPassing: false };
}

function waitingFor({ orphans }: Plan): string {
  const names = orphans.map(({ renderedFrom }) => quote(renderedFrom ?? "", 255));
  return `${names.join(", ")} is gone, perhaps only for a moment`;
}

function isThere({ own }: Plan, { name, text, mode }: Rendered, hasMode: boolean): boolean {
  return own.some((file) => file.name === name && file.text === text && (file.mode === mode || !hasMode));
}

/**
 * Writes a list atomically.
 *
 * @param setsMode Whether to set permissions by the file's name, which is unsafe where a group can replace
 * the file.
 */
export function writeList(directory: string, { name, text, mode }: Rendered, setsMode: boolean): void {
  putFile(directory, name, (draft) => {
    // Never readable by more users than the original was, not even while it is written.
    Deno.writeTextFileSync(draft, text, { createNew: true, mode: setsMode ? mode & 0o600 : mode });
    if (setsMode) Deno.chmodSync(draft, mode);
  });
}

/** Reads the directory back as the runtime does: what is on the disk decides, not what was written. */
function verify(directory: string, wanted: Rendered): string | null {
  const [first] = readLists(directory);
  if (first?.name !== wanted.name) {
    return `the runtime would use ${quote(first?.name ?? "", 255)} before ${quote(wanted.name, 255)}`;
  }
  return first.text === wanted.text ? null : `${quote(wanted.name, 255)} differs from what was written`;
}
