import { podsAddedWith, RESULTS } from "./added.ts";
import { takeFile } from "./directory.ts";
import { lockNode } from "./lock.ts";
import { EXECUTABLE, STUB_MARK } from "./names.ts";

/**
 * Removes an executable that was uninstalled, once the pod that is being deleted is the last one that was added with it.
 *
 * @param directory Where the executable is.
 * @param containerId The pod that is being deleted: libcni forgets it only afterwards.
 * @returns Whether it is gone.
 */
export async function removeStub(
  directory: string,
  containerId: string,
  results: string = RESULTS,
): Promise<boolean> {
  using _lock = await lockNode();
  if (podsAddedWith(EXECUTABLE, results).some((id) => id !== containerId)) return false;
  // Without its mark it was installed again meanwhile.
  if (!takeFile(directory, STUB_MARK)) return false;
  takeFile(directory, EXECUTABLE);
  return true;
}
