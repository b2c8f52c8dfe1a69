/** The directory of lists, brought to what it ought to be. */
import { quote } from "../base/log/quote.ts";
import { putFile, takeFile } from "./directory.ts";
import { readLists } from "./list.ts";
import { lookAt, type Outlook } from "./plan.ts";
import { CILIUM_REMEDY, renamedByCilium } from "./renamed.ts";
import type { ChainedPlugin, Rendered } from "./render.ts";

/** How far to go. */
export interface Zeal {
  /** Whether what is missing or half-written has been so for long enough to be believed. */
  readonly isSure: boolean;
  /** Whether to write again what Cilium has renamed. */
  readonly insists: boolean;
}

/** A directory of lists. */
export interface ListDirectory {
  readonly path: string;
  /** Whether root alone may write there: else a file's permissions are left as they come, since a name may be exchanged meanwhile. */
  readonly isRootsAlone: boolean;
}

/** How the directory of lists is left. */
export interface Outcome {
  /** The list that stands in, or has natra in it; null if there is none. */
  readonly list: string | null;
  /** The list that the runtime would take without us. */
  readonly original: string | null;
  /** Why natra is in no list that the runtime takes, in words. */
  readonly problem: string | null;
  /** Whether it may be different in a moment, by itself. */
  readonly isPassing: boolean;
  /** Whether Cilium has renamed our list. */
  readonly isRenamed: boolean;
  /** What was done, in words. */
  readonly changes: readonly string[];
}

/**
 * Writes what is missing, and removes what is out of date. At every moment each of our lists in the directory is whole and
 * stands for an original: the new one is there before the old one goes. The caller holds the node's lock.
 *
 * @throws {Error} If the file system refuses.
 */
export function bringAbout(
  { path: directory, isRootsAlone }: ListDirectory,
  plugin: ChainedPlugin,
  zeal: Zeal,
): Outcome {
  const outlook = lookAt(directory, plugin);
  const changes: string[] = [];
  const remove = (name: string, why: string): void => {
    if (takeFile(directory, name)) changes.push(`removed ${quote(name, 255)}: ${why}`);
  };
  const found = { original: outlook.original, isRenamed: false, isPassing: false, changes };
  const mayPass = outlook.orphans.length > 0 && !zeal.isSure;
  const { wanted } = outlook;
  if (wanted === null) {
    if (outlook.problem === null && outlook.original !== null) { // somebody has put natra into it
      for (const { name } of outlook.own) remove(name, `${quote(outlook.original, 255)} has natra itself`);
      return { ...found, list: outlook.original, problem: null };
    }
    return { ...found, ...withoutList(outlook, zeal, remove) };
  }
  if (mayPass && outlook.own.every(({ name }) => name !== wanted.name)) {
    return { ...found, list: null, problem: waitingFor(outlook), isPassing: true };
  }
  if (outlook.isRenamed && !zeal.insists) {
    return {
      ...found,
      list: null,
      isRenamed: true,
      problem: `${renamedByCilium(wanted.name)}; ${CILIUM_REMEDY}`,
    };
  }
  for (const name of outlook.backups) remove(name, "Cilium had renamed it");
  if (!isThere(outlook, wanted, isRootsAlone)) {
    putFile(directory, wanted.name, (draft) => write(draft, wanted, isRootsAlone));
    changes.push(`wrote ${quote(wanted.name, 255)} from ${quote(outlook.original ?? "", 255)}`);
  }
  for (const { name } of outlook.own.filter((file) => file.name !== wanted.name)) {
    remove(name, "another list comes first now");
  }
  return { ...found, list: wanted.name, problem: verify(directory, wanted) };
}

/** No list can have natra in it: what of ours is still there? */
function withoutList(
  { own, orphans, original, problem, isUnreadable }: Outlook,
  { isSure }: Zeal,
  remove: (name: string, why: string) => void,
): Pick<Outcome, "list" | "problem" | "isPassing"> {
  if (!isSure) {
    const why = problem ?? "there is no list in the directory: the main CNI plugin has not written it yet";
    return { list: null, problem: why, isPassing: own.length > 0 || problem !== null };
  }
  // An unreadable original keeps the list that was made from what it was: the runtime could not read it either.
  for (const { name } of isUnreadable ? orphans : own) {
    remove(
      name,
      problem === null || orphans.length > 0 ? "its original is gone" : "its original has changed",
    );
  }
  const why = original === null ? "there is no list in the directory to add natra to" : problem;
  return { list: null, problem: why, isPassing: false };
}

function waitingFor({ orphans }: Outlook): string {
  const names = orphans.map(({ renderedFrom }) => quote(renderedFrom ?? "", 255));
  return `${names.join(", ")} is gone, perhaps for a moment`;
}

function isThere({ own }: Outlook, { name, text, mode }: Rendered, hasMode: boolean): boolean {
  return own.some((file) => file.name === name && file.text === text && (file.mode === mode || !hasMode));
}

function write(path: string, { text, mode }: Rendered, setsMode: boolean): void {
  // Never readable by more than the original was, not even while it is written.
  Deno.writeTextFileSync(path, text, { createNew: true, mode: setsMode ? mode & 0o600 : mode });
  if (setsMode) Deno.chmodSync(path, mode);
}

/** What is on the disk decides, not what was written: read back, as the runtime reads it. */
function verify(directory: string, wanted: Rendered): string | null {
  const [first] = readLists(directory);
  if (first?.name !== wanted.name) {
    return `the runtime would take ${quote(first?.name ?? "", 255)} before ${quote(wanted.name, 255)}`;
  }
  return first.text === wanted.text ? null : `${quote(wanted.name, 255)} is not what was written`;
}
