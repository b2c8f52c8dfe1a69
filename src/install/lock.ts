import { describeError } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { InstallError } from "./error.ts";
import { HOUSE_RUN } from "../registry/names.ts";

/**
 * Lets one process at a time install or uninstall on a node; others wait. The lock is a flock(2) on a
 * directory that only root can open, so no other user can delay us, no lock file stays behind, and the kernel
 * releases it however the process ends.
 *
 * @param directory Only tests use a different one.
 * @throws {InstallError} If it cannot be opened.
 */
export async function lockNode(directory: string = HOUSE_RUN): Promise<Disposable> {
  for (;;) {
    const file = open(directory);
    try {
      await file.lock(true);
      if (isAt(directory, file)) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close(); // its last holder has just removed it
  }
}

/** @throws {InstallError} If it cannot be opened: only root can install. */
function open(directory: string): Deno.FsFile {
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    return Deno.openSync(directory, { read: true });
  } catch (cause) {
    throw new InstallError(`Cannot lock ${quote(directory)}, which needs root: ${describeError(cause)}`, {
      cause,
    });
  }
}

/** Whether the open directory is still the one at this path. */
function isAt(directory: string, file: Deno.FsFile): boolean {
  try {
    const [now, locked] = [Deno.statSync(directory), file.statSync()];
    return now.dev === locked.dev && now.ino === locked.ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
