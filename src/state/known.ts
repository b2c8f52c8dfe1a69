import { interfacePins } from "../registry/names.ts";
import { hasRecord, type RecordKey } from "./records.ts";

/** Whether natra ever did anything to this interface. It asks the file system alone: no library is loaded for it. */
export function isKnown(key: RecordKey): boolean {
  return hasRecord(key) || isDirectory(interfacePins(key.containerId, key.ifname));
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
