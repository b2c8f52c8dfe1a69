import { ifThere } from "../base/log/describe.ts";
import { OUTCOME_FILE, PIN_ROOT, RECORD_ROOT } from "../registry/names.ts";

/**
 * Removes what natra keeps for the node itself, and the directories of pins and of records where nothing is in them any more. In a
 * container they may be mounted: then they stay, empty.
 */
export function leaveNode(): void {
  ifThere(() => Deno.removeSync(OUTCOME_FILE), undefined);
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
