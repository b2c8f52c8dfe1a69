import { PIN_ROOT, RECORD_ROOT } from "./names.ts";

/**
 * Removes the directories of pins and of records, where nothing is in them any more: natra leaves the node. In a container they may be
 * mounted: then they stay, empty.
 */
export function removeIfEmpty(): void {
  for (const directory of [PIN_ROOT, RECORD_ROOT]) {
    try {
      Deno.removeSync(directory);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.Busy) continue;
      if (/not empty/i.test(String(error))) continue;
      throw error;
    }
  }
}
