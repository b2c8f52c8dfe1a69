import { describeError, ifThere } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError, UnreadableError } from "./error.ts";
import { type ListFile, type Original, readLists, readOriginal } from "./list.ts";
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
  /** Those of them that another file names: what they should be, as far as their originals can be read. */
  readonly referenced: readonly (Rendered | Pick<Rendered, "name">)[];
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
 * @param pluginDirs Where the runtime looks for plugins: those of the original must be there.
 * @throws {Error} If the directory cannot be read.
 */
export function plan(
  directory: string,
  plugins: readonly ChainedPlugin[],
  pluginDirs: readonly string[],
): Plan {
  const files = readLists(directory);
  const own = files.filter(({ renderedFrom }) => renderedFrom !== null);
  const others = files.filter(({ renderedFrom }) => renderedFrom === null);
  const [first] = others;
  const named = (by: readonly ListFile[]): ListFile[] =>
    own.filter(({ name }) => by.some(({ text }) => text?.includes(name)));
  const called = first === undefined ? [] : typesIn(named([first]));
  const read = (file: ListFile): Original => readOriginal(directory, file);
  const judged = first === undefined ? NOTHING : judge(() => {
    const original = read(first);
    const wanted = render(original, plugins, own, called);
    if (wanted !== null) checkPlugins(wanted, plugins, pluginDirs);
    return wanted;
  });
  const names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  const { wanted } = judged;
  return {
    ...judged,
    original: first?.name ?? null,
    own,
    referenced: named(others).map((file) => {
      const original = others.find(({ name }) => name === file.renderedFrom);
      if (original === undefined) return { name: file.name };
      return judge(() => render(read(original), plugins, [file])).wanted ?? { name: file.name };
    }),
    orphans: own.filter(({ renderedFrom }) => others.every(({ name }) => name !== renderedFrom)),
    backups: names.filter((name) => backedUpByCilium(name) !== null),
    isRenamed: wanted !== null && names.includes(ciliumBackup(wanted.name)) && !names.includes(wanted.name),
  };
}

type Judged = Pick<Plan, "wanted" | "problem" | "isUnreadable">;
const NOTHING: Judged = { wanted: null, problem: null, isUnreadable: false };

/** @param render Throws InstallError where a list cannot be read or rendered. */
function judge(render: () => Rendered | null): Judged {
  try {
    return { ...NOTHING, wanted: render() };
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    return { wanted: null, problem: describeError(error), isUnreadable: error instanceof UnreadableError };
  }
}

/** Types of our plugins in lists of ours. */
function typesIn(lists: readonly ListFile[]): string[] {
  return lists.flatMap(({ entries }) => entries.map(({ type }) => String(type)));
}

/**
 * Requires that the runtime finds the list's other plugins where it is to find ours: otherwise it would not
 * find ours either, and no pod would start.
 *
 * @throws {InstallError} If one is missing; names it.
 */
function checkPlugins(
  { name, types }: Rendered,
  plugins: readonly ChainedPlugin[],
  pluginDirs: readonly string[],
): void {
  const others = types.filter((type) => plugins.every((plugin) => plugin.type !== type));
  const missing = others.find((type) =>
    type.includes("/") || !pluginDirs.some((directory) => exists(`${directory}/${type}`))
  );
  if (missing === undefined) return;
  throw new InstallError(
    `Cannot write ${quote(name, 255)}: its plugin ${quote(missing, 255)} is not in ${
      pluginDirs.join(" or ")
    }: ` +
      "--bin-dir must be where the runtime looks for plugins, PATH:PATH… if there are several",
  );
}

/** A link counts wherever it leads: that may be outside of what this process sees. */
function exists(path: string): boolean {
  return ifThere(() => Deno.lstatSync(path), null) !== null;
}
