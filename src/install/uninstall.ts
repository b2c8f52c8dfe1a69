/** The way back: lists first, so that no new pod is natra's; the executable last, and not before the last pod. */
import { ifThere } from "../base/log/describe.ts";
import { checkDirectory, putFile, removeDrafts, takeFile } from "./directory.ts";
import { podsAddedWith, RESULTS } from "./added.ts";
import { lockNode } from "./lock.ts";
import { readLists } from "./list.ts";
import { backedUpByCilium, EXECUTABLE, STUB_MARK } from "./names.ts";

/**
 * Removes the lists that natra wrote, also those that Cilium has renamed. The runtime takes the originals again.
 *
 * @returns The names of the files that are gone.
 * @throws {InstallError} If it is no directory for lists.
 */
export async function removeLists(confDir: string): Promise<string[]> {
  checkDirectory(confDir, "directory of lists", "a group");
  using _lock = await lockNode();
  removeDrafts(confDir);
  const own = readLists(confDir).filter(({ renderedFrom }) => renderedFrom !== null).map(({ name }) => name);
  const backups = [...Deno.readDirSync(confDir)].map(({ name }) => name).filter((name) =>
    backedUpByCilium(name) !== null
  );
  return [...own, ...backups].filter((name) => takeFile(confDir, name));
}

/** What became of the executable. */
export interface ExecutableFate {
  readonly isRemoved: boolean;
  /** How many pods were added with it, and may need it to be deleted. */
  readonly pods: number;
}

/**
 * Removes the executable; or leaves it for the pods that were added with it, since some runtimes delete a pod by the list that
 * they added it by. Its last such pod's DEL removes it then ({@linkcode removeStub}).
 *
 * @param keepStub Leave it for them.
 * @throws {InstallError} If it is no directory for plugins.
 */
export async function removeExecutable(
  binDir: string,
  keepStub: boolean,
  results: string = RESULTS,
): Promise<ExecutableFate> {
  checkDirectory(binDir, "directory of plugins", "root");
  using _lock = await lockNode();
  removeDrafts(binDir);
  const pods = podsAddedWith(EXECUTABLE, results).length;
  if (keepStub && pods > 0 && ifThere(() => Deno.lstatSync(`${binDir}/${EXECUTABLE}`), null) !== null) {
    putFile(
      binDir,
      STUB_MARK,
      (draft) => Deno.writeTextFileSync(draft, "", { createNew: true, mode: 0o600 }),
    );
    return { isRemoved: false, pods };
  }
  takeFile(binDir, EXECUTABLE);
  takeFile(binDir, STUB_MARK);
  return { isRemoved: true, pods };
}
