/** The directory of lists, brought to what it ought to be. */
import { quote } from "../base/log/quote.ts";
import { putFile, removeFile } from "./directory.ts";
import { readLists } from "./list.ts";
import { type Plan, plan } from "./plan.ts";
import { CILIUM_REMEDY, renamedByCilium } from "./renamed.ts";
import type { ChainedPlugin, Rendered } from "./render.ts";

/** How far to go. */
export interface PassOptions {
  /** Whether a list has been missing or half-written for so long that it is believed. */
  readonly graceElapsed: boolean;
  /** Whether to write again what Cilium has renamed. */
  readonly rewriteRenamed: boolean;
}

/** A directory of lists. */
export interface ListDirectory {
  readonly path: string;
  /**
   * Whether root alone may write there: else a file's permissions are left as they come, since a name may be
   * exchanged meanwhile.
   */
  readonly isRootsAlone: boolean;
}

/** How the directory of lists is left. */
export interface ListState {
  /** The list that stands in, or has the plugins in it; null if there is none. */
  readonly list: string | null;
  /** The list that the runtime would take without us. */
  readonly original: string | null;
  /** Why the plugins are in no list that the runtime takes. */
  readonly problem: string | null;
  /** Whether it may be different in a moment, by itself. */
  readonly isPassing: boolean;
  /** Whether Cilium has renamed our list. */
  readonly isRenamed: boolean;
  /** What was done, in words. */
  readonly changes: readonly string[];
}

/**
 * Writes what is missing, and removes what is out of date. At every moment each of our lists in the directory
 * is whole and stands for an original: the new one is there before the old one goes. The caller holds the
 * node's lock.
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

/** No list can have natra in it: what of ours is still there? */
function withoutList(
  { own, orphans, original, problem, isUnreadable }: Plan,
  { graceElapsed }: PassOptions,
  remove: (name: string, why: string) => void,
): Pick<ListState, "list" | "problem" | "isPassing"> {
  if (!graceElapsed) {
    const why = problem ?? "there is no list in the directory: the main CNI plugin has not written it yet";
    return { list: null, problem: why, isPassing: own.length > 0 || problem !== null };
  }
  // An unreadable original keeps the list that was made from what it was: the runtime could not read it
  // either.
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
 * Writes a list in one step.
 *
 * @param setsMode Whether to set the file's permissions by its name: where a group may write, the name could
 * be exchanged.
 */
export function writeList(directory: string, { name, text, mode }: Rendered, setsMode: boolean): void {
  putFile(directory, name, (draft) => {
    // Never readable by more users than the original was, not even while it is written.
    Deno.writeTextFileSync(draft, text, { createNew: true, mode: setsMode ? mode & 0o600 : mode });
    if (setsMode) Deno.chmodSync(draft, mode);
  });
}

/** What is on the disk decides, not what was written: read back, as the runtime reads it. */
function verify(directory: string, wanted: Rendered): string | null {
  const [first] = readLists(directory);
  if (first?.name !== wanted.name) {
    return `the runtime would use ${quote(first?.name ?? "", 255)} before ${quote(wanted.name, 255)}`;
  }
  return first.text === wanted.text ? null : `${quote(wanted.name, 255)} differs from what was written`;
}
