/** Brings the directory of lists into the state that it should have. */
import { parseExact } from "../base/json.ts";
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
  /** Whether to overwrite our list where another program has changed it; absent: yes. */
  readonly overwriteChanged?: boolean;
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
  /** The text of our list that was written, and the one before it, if any; null if none was written. */
  readonly written: { readonly before: string | null; readonly now: string } | null;
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
  pluginDirs: readonly string[],
  options: PassOptions,
): ListState {
  const found = plan(directory, plugins, pluginDirs);
  const changes: string[] = [];
  const isReferenced = (name: string): boolean => found.referenced.some((list) => list.name === name);
  const remove = (name: string, why: string): void => {
    if (isReferenced(name)) return;
    if (removeFile(directory, name)) changes.push(`removed ${quote(name, 255)}: ${why}`);
  };
  const state = { original: found.original, isRenamed: false, isPassing: false, changes, written: null };
  for (const list of found.referenced) {
    if (!("text" in list) || list.name === found.wanted?.name || isThere(found, list, isRootsAlone)) continue;
    writeList(directory, list, isRootsAlone);
    changes.push(`wrote ${quote(list.name, 255)}, which another list names`);
  }
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
  let written: ListState["written"] = null;
  if (!isThere(found, wanted, isRootsAlone)) {
    const before = found.own.find(({ name }) => name === wanted.name);
    if (before !== undefined && options.overwriteChanged === false) {
      const problem = `another program keeps changing ${
        quote(wanted.name, 255)
      }: it is left alone for a while`;
      return { ...state, list: null, problem };
    }
    written = { before: before?.text ?? null, now: wanted.text };
    writeList(directory, wanted, isRootsAlone);
    changes.push(`wrote ${quote(wanted.name, 255)} from ${quote(found.original ?? "", 255)}`);
  }
  for (const { name } of found.own.filter((file) => file.name !== wanted.name)) {
    remove(name, "another list comes first now");
  }
  return { ...state, written, list: wanted.name, problem: verify(directory, wanted) };
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
  return own.some((file) =>
    file.name === name && isSameJson(file.text, text) && (file.mode === mode || !hasMode)
  );
}

/** Whether both say the same: other installers write lists in their own style. */
function isSameJson(one: string | null, other: string): boolean {
  if (one === other) return true;
  try {
    return one !== null && JSON.stringify(parseExact(one)) === JSON.stringify(parseExact(other));
  } catch {
    return false;
  }
}

/**
 * Writes a list atomically.
 *
 * @param setsMode Whether to set permissions by the file's name, which is unsafe where a group can replace
 * the file.
 */
export function writeList(
  directory: string,
  { name, text, mode }: Pick<Rendered, "name" | "text" | "mode">,
  setsMode: boolean,
): void {
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
  return isSameJson(first.text, wanted.text)
    ? null
    : `${quote(wanted.name, 255)} differs from what was written`;
}
