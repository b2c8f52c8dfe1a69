/** Where room.sh mounts a part's own records: directories that must be there, and that a run leaves only if it found them. */
import { PRODUCTS } from "../../src/products.ts";

/** Makes the directories that are missing, as root. Disposing of it removes those again. */
export function recordDirectories(): Disposable {
  if (Deno.uid() !== 0) return { [Symbol.dispose](): void {} };
  const made = Object.keys(PRODUCTS).map((product) => `/run/${product}`).filter(isMissing);
  for (const path of made) Deno.mkdirSync(path, { mode: 0o700 });
  return {
    [Symbol.dispose](): void {
      for (const path of made) {
        try {
          Deno.removeSync(path);
        } catch {
          // not empty: the check for leftovers says what is in it
        }
      }
    },
  };
}

function isMissing(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}
