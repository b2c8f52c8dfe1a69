/** The state on a node that outlives natra's processes: pins, records, locks and the counts of ADDs. */
import { ifThere } from "../base/log/describe.ts";
import { makePinDirectory, pinName } from "../ebpf/pins.ts";
import { BPFFS, HOUSE_RUN } from "../registry/names.ts";
import { removeEmptyDirectories } from "../state/cleanup.ts";
import type { LockDirectory } from "../state/lock.ts";
import { type RecordKey, Records } from "../state/records.ts";

/** Where BPF objects are pinned: `<PIN_ROOT>/<containerID>/<ifname>/<direction>/…`. */
export const PIN_ROOT = `${BPFFS}/natra`;
/** Records and the counts: `<containerID>-<ifname>.json`, `outcomes`. */
export const RECORD_ROOT = HOUSE_RUN;
/** How ADDs ended since the node started. */
export const OUTCOME_FILE = `${RECORD_ROOT}/outcomes`;
export const LOG_DIRECTORY = "/var/log/natra";
/** The log, unless the configuration names another file. */
export const LOG_FILE = `${LOG_DIRECTORY}/natra.log`;

/** One record for each pod's interface, with what was done to it. */
export const records: Records = new Records(RECORD_ROOT);

/** The directory of a container's pins. */
export function containerPins(containerId: string): string {
  return `${PIN_ROOT}/${pinName(containerId)}`;
}

/** The directory of one interface's pins. */
export function interfacePins(containerId: string, ifname: string): string {
  return `${containerPins(containerId)}/${pinName(ifname)}`;
}

/** A container's lock, which is the directory of its pins. */
export function lockOf(containerId: string): LockDirectory {
  return { path: containerPins(containerId), make: makePinDirectory };
}

/** Whether natra has state of this interface. It only reads the file system, so no library is loaded. */
export function isKnown(key: RecordKey): boolean {
  return records.has(key) || isDirectory(interfacePins(key.containerId, key.ifname));
}

/** Removes the state of the node itself, after all pods were released. */
export function removeNodeState(): void {
  ifThere(() => Deno.removeSync(OUTCOME_FILE), undefined);
  removeEmptyDirectories([PIN_ROOT, RECORD_ROOT]);
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
