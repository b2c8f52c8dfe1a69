import { RECORD_ROOT } from "../state/names.ts";

/**
 * One process at a time installs or uninstalls on a node: the others wait. The lock is a flock(2) on a directory that only
 * root can open, so nobody else holds anyone up, no lock file stays behind, and whatever ends the process gives it up.
 *
 * @param directory Only tests name another.
 */
export async function lockNode(directory: string = RECORD_ROOT): Promise<Disposable> {
  for (;;) {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = Deno.openSync(directory, { read: true });
    try {
      await file.lock(true);
      if (isStill(directory, file)) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close(); // its last holder has just removed it
  }
}

function isStill(directory: string, file: Deno.FsFile): boolean {
  try {
    const [now, locked] = [Deno.statSync(directory), file.statSync()];
    return now.dev === locked.dev && now.ino === locked.ino;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
