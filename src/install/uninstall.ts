import { LIBCNI_CACHE, podsAddedWith } from "../cni/libcni_cache.ts";
import { ifThere } from "../base/log/describe.ts";
import { checkDirectory, putFile, removeDrafts, removeFile } from "./directory.ts";
import { InstallError } from "./error.ts";
import { type ListFile, parseOriginal, readLists, readOriginal, RENDERED_FROM } from "./list.ts";
import { backedUpByCilium, stubMark } from "./names.ts";
import { lockNode } from "./lock.ts";
import { render, type Rendered } from "./render.ts";
import { writeList } from "./apply.ts";

/**
 * Removes a plugin from the lists that we wrote. A list in which no other product of ours is left is removed,
 * also if Cilium has renamed it: the runtime then uses the original again.
 *
 * @param type The plugin's type.
 * @returns What was done, in words.
 * @throws {InstallError} If it is not a directory for lists.
 */
export async function removeFromLists(confDir: string, type: string): Promise<string[]> {
  const isRootsAlone = checkDirectory(confDir, "directory of lists", "root and group");
  using _lock = await lockNode();
  removeDrafts(confDir);
  const files = readLists(confDir);
  const changes: string[] = [];
  const remove = (name: string): void => {
    if (removeFile(confDir, name)) changes.push(`removed the list "${name}"`);
  };
  const own = files.filter(({ renderedFrom }) => renderedFrom !== null);
  const others = own.flatMap(({ entries }) => entries).filter((entry) => entry.type !== type);
  for (const file of own) {
    const rest = file.entries.filter((entry) => entry.type !== type);
    if (rest.length === 0) remove(file.name);
    else if (rest.length < file.entries.length) {
      writeList(confDir, without(confDir, file, rest, files), isRootsAlone);
      changes.push(`removed ${type} from the list "${file.name}"`);
    }
  }
  if (others.length === 0) {
    for (const { name } of [...Deno.readDirSync(confDir)]) if (backedUpByCilium(name) !== null) remove(name);
  }
  return changes;
}

/**
 * A list of ours with fewer entries. What the removed plugin had replaced comes back from the original, if
 * that can be read.
 */
function without(
  confDir: string,
  file: ListFile,
  rest: ListFile["entries"],
  files: readonly ListFile[],
): Pick<Rendered, "name" | "text" | "mode"> {
  const original = files.find(({ name }) => name === file.renderedFrom);
  try {
    const rendered = original === undefined
      ? null
      : render(readOriginal(confDir, original), [], [{ entries: rest, additions: file.additions }]);
    if (rendered !== null) return { ...rendered, name: file.name };
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
  }
  const { list, plugins } = parseOriginal(file);
  const types = new Set(rest.map((entry) => entry.type));
  const kept = plugins.filter((entry) => entry[RENDERED_FROM] === undefined || types.has(entry.type));
  return {
    name: file.name,
    text: `${JSON.stringify({ ...list, plugins: kept }, null, 2)}\n`,
    mode: file.mode,
  };
}

/** What happened to the executable. */
export interface ExecutableFate {
  readonly isRemoved: boolean;
  /** How many pods were added with it, and may need it for their DEL. */
  readonly pods: number;
}

/**
 * Removes the executable of a type, or keeps it for the pods that were added with it, because some runtimes
 * delete a pod by the list that they added it by. The DEL of the last such pod then removes it ({@linkcode
 * removeStub}). Other products' hard links stay.
 *
 * @param type The plugin's type.
 * @param keepStub Keep it for them.
 * @throws {InstallError} If it is not a directory for plugins.
 */
export async function removeExecutable(
  binDir: string,
  type: string,
  keepStub: boolean,
  cache: string = LIBCNI_CACHE,
): Promise<ExecutableFate> {
  checkDirectory(binDir, "directory of plugins", "root");
  using _lock = await lockNode();
  removeDrafts(binDir);
  const pods = podsAddedWith(type, cache).length;
  if (keepStub && pods > 0 && ifThere(() => Deno.lstatSync(`${binDir}/${type}`), null) !== null) {
    putFile(
      binDir,
      stubMark(type),
      (draft) => Deno.writeTextFileSync(draft, "", { createNew: true, mode: 0o600 }),
    );
    return { isRemoved: false, pods };
  }
  removeFile(binDir, type);
  removeFile(binDir, stubMark(type));
  return { isRemoved: true, pods };
}
