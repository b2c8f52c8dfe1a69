import type { JsonObject } from "../base/json.ts";
import { describeError } from "../base/log/describe.ts";
import { InstallError } from "./error.ts";
import { type ListFile, type Original, parseOriginal, readLists } from "./list.ts";
import { backedUpByCilium, ciliumBackup } from "./names.ts";
import { type ChainedPlugin, render, type Rendered } from "./render.ts";

/** The state of the directory of lists, and the list that should be there. */
export interface Plan {
  /** The file that the runtime would use without ours; null if there is none. */
  readonly original: string | null;
  /** The list that should precede it; null if none can, or none is needed. */
  readonly wanted: Rendered | null;
  /** Why none can, in words; null if one can, or none is needed. */
  readonly problem: string | null;
  /** Whether a runtime cannot read the original either: without our older list it would have none. */
  readonly isUnreadable: boolean;
  /** Our lists in the directory. */
  readonly own: readonly ListFile[];
  /** Those of them whose originals are missing, perhaps only for a moment. */
  readonly orphans: readonly ListFile[];
  /** The file names of our lists that Cilium has renamed. */
  readonly backups: readonly string[];
  /** Whether the wanted list was there, and Cilium has renamed it. */
  readonly isRenamed: boolean;
}

/**
 * Inspects a directory of lists, and changes nothing.
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
