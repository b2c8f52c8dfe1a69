/** Where natra keeps what outlives its processes on a node: pins, records, locks and the counts of ADDs. */
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

/** One record a pod's interface: what was done to it. */
export const records: Records = new Records(RECORD_ROOT);

/** The directory of a container's pins. */
export function containerPins(containerId: string): string {
  return `${PIN_ROOT}/${pinName(containerId)}`;
}

/** The directory of one interface's pins. */
export function interfacePins(containerId: string, ifname: string): string {
  return `${containerPins(containerId)}/${pinName(ifname)}`;
}

/** A container's lock is on the directory of its pins. */
export function lockOf(containerId: string): LockDirectory {
  return { path: containerPins(containerId), make: makePinDirectory };
}

/** Whether natra ever did anything to this interface. It asks the file system alone: no library is loaded for it. */
export function isKnown(key: RecordKey): boolean {
  return records.has(key) || isDirectory(interfacePins(key.containerId, key.ifname));
}

/** Removes what natra keeps for the node itself, once all pods are let go. */
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
