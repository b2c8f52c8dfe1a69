import type { JsonObject } from "../base/json.ts";
import { describeError } from "../base/log/describe.ts";
import { InstallError } from "./error.ts";
import { type ListFile, type Original, parseOriginal, readLists } from "./list.ts";
import { backedUpByCilium, ciliumBackup } from "./names.ts";
import { type ChainedPlugin, render, type Rendered } from "./render.ts";

/** What is in the directory of lists, and what ought to be. */
export interface Plan {
  /** The file that the runtime would take without us; null if there is none. */
  readonly original: string | null;
  /** What ought to stand before it; null if nothing can, or need. */
  readonly wanted: Rendered | null;
  /** Why nothing can, in words; null if something can, or need not. */
  readonly problem: string | null;
  /** Whether a runtime cannot read the original either: it would be worse off without our older list. */
  readonly isUnreadable: boolean;
  /** Our lists that are there. */
  readonly own: readonly ListFile[];
  /** Those of them whose originals are not there any more, perhaps for a moment. */
  readonly orphans: readonly ListFile[];
  /** What Cilium has made of our lists: names of files. */
  readonly backups: readonly string[];
  /** Whether the wanted list was there, and Cilium has renamed it. */
  readonly isRenamed: boolean;
}

/**
 * Looks at a directory of lists, and changes nothing.
 *
 * @throws {Error} If the directory cannot be read.
 */
export function plan(directory: string, plugins: readonly ChainedPlugin[]): Plan {
  const files = readLists(directory);
  const own = files.filter(({ renderedFrom }) => renderedFrom !== null);
  const others = files.filter(({ renderedFrom }) => renderedFrom === null);
  const [first] = others;
  const judged = first === undefined ? NOTHING : judge(first, plugins, own.flatMap(({ entries }) => entries));
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  const { wanted } = judged;
  return {
    ...judged,
    original: first?.name ?? null,
    own,
    orphans: own.filter(({ renderedFrom }) => others.every(({ name }) => name !== renderedFrom)),
    backups: names.filter((name) => backedUpByCilium(name) !== null),
    isRenamed: wanted !== null && names.includes(ciliumBackup(wanted.name)) && !names.includes(wanted.name),
  };
}

type Judged = Pick<Plan, "wanted" | "problem" | "isUnreadable">;
const NOTHING: Judged = { wanted: null, problem: null, isUnreadable: false };

function judge(file: ListFile, plugins: readonly ChainedPlugin[], present: readonly JsonObject[]): Judged {
  const attempt = <T>(step: () => T): T | string => {
    try {
      return step();
    } catch (error) {
      if (error instanceof InstallError) return describeError(error);
      throw error;
    }
  };
  const original: Original | string = attempt(() => parseOriginal(file));
  if (typeof original === "string") return { wanted: null, problem: original, isUnreadable: true };
  const wanted = attempt(() => render(original, plugins, present));
  if (typeof wanted === "string") return { ...NOTHING, problem: wanted };
  return { ...NOTHING, wanted };
}
