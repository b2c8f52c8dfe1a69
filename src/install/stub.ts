import { LIBCNI_CACHE, podsAddedWith } from "../cni/libcni_cache.ts";
import { removeFile } from "./directory.ts";
import { lockNode } from "./lock.ts";
import { stubMark } from "./names.ts";

/**
 * Removes an executable that was uninstalled, if the pod that is being deleted is the last one that was added
 * with it.
 *
 * @param executable Its path; its name is the plugin's type.
 * @param containerId The pod that is being deleted: libcni forgets it only afterwards.
 * @returns Whether it is gone.
 */
export async function removeStub(
  executable: string,
  containerId: string,
  cache: string = LIBCNI_CACHE,
): Promise<boolean> {
  const at = executable.lastIndexOf("/");
  const [directory, type] = [executable.slice(0, at), executable.slice(at + 1)];
  using _lock = await lockNode();
  if (podsAddedWith(type, cache).some((id) => id !== containerId)) return false;
  // Without its mark the executable was installed again meanwhile.
  if (!removeFile(directory, stubMark(type))) return false;
  removeFile(directory, type);
  return true;
}
