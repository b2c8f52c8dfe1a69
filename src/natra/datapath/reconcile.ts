import { lockOf, PIN_ROOT, records } from "../node_state.ts";
import { describeError } from "../../base/log/describe.ts";
import { netnsId, whyUnseen } from "../../net/netns.ts";
import { findVeth, MissingInterfaceError } from "../../pod/veth.ts";
import { pinnedInterfaces } from "../../ebpf/pins.ts";
import { ContainerLock } from "../../state/lock.ts";
import type { RecordKey } from "../../state/records.ts";
import { allApplied, type Applied, readApplied } from "./record.ts";
import { holdLocked } from "./hold.ts";
import { releaseLocked } from "./release.ts";

/** Something that was left behind, and what was done about it. */
export interface Leftover extends RecordKey {
  /** Why it is not needed any more, or not complete. */
  readonly why: string;
  /** Whether it was finished for a living pod instead of removed. */
  readonly finished: boolean;
  /** What could not be undone, or why it could not be finished; empty on success. */
  readonly failures: readonly string[];
}

/** Decides whether to release an interface: the reason, or null to keep it. */
export type Judge = (key: RecordKey, applied: Applied | null) => string | null;

/**
 * Removes what natra left behind: for pods that are gone, for interfaces that have been replaced, and by
 * calls that were killed before they recorded a limit. A limit that was recorded for a living pod, but not
 * fully set up, is finished. It may run beside ADDs and DELs: a container that another process has locked is
 * skipped.
 *
 * @param dryRun Report only, change nothing.
 */
export function reconcile(judge: Judge = reasonToRelease, dryRun = false): Leftover[] {
  const leftovers: Leftover[] = [];
  for (const key of everyKey()) {
    using lock = ContainerLock.tryTake(lockOf(key.containerId));
    if (lock === null) continue;
    const applied = readApplied(key);
    try {
      const why = judge(key, applied);
      if (why !== null) {
        const failures = dryRun ? [] : releaseLocked(lock, key, applied?.netns ?? null);
        leftovers.push({ ...key, why, finished: false, failures });
      } else if (applied !== null && !applied.complete && reasonToRelease(key, applied) === null) {
        const failures = dryRun ? [] : finish(lock, applied);
        leftovers.push({ ...key, why: INTERRUPTED, finished: true, failures });
      }
    } catch (error) { // state unknown: keep it
      const why = "its state is unknown";
      leftovers.push({ ...key, why, finished: false, failures: [describeError(error)] });
    }
  }
  if (!dryRun) removeDeadDrafts();
  return leftovers;
}

const INTERRUPTED = "its setup was interrupted";

/** Sets up the limits that an interrupted call recorded. @returns Why it failed; empty on success. */
function finish(lock: ContainerLock, applied: Applied): string[] {
  const { wanted } = applied;
  if (wanted === undefined || wanted === null || (wanted.ingress === null && wanted.egress === null)) {
    return releaseLocked(lock, applied, applied.netns);
  }
  try {
    holdLocked(lock, { ...applied, limits: wanted, onChoice: () => {} });
    return [];
  } catch (error) { // hold undid it
    return [describeError(error)];
  }
}

/**
 * Drafts of records are written under the container's lock: in an unlocked container they are from killed
 * processes.
 */
function removeDeadDrafts(): void {
  for (const containerId of records.draftedContainers()) {
    using lock = ContainerLock.tryTake(lockOf(containerId));
    if (lock !== null) records.removeDrafts(containerId);
  }
}

/** Every interface that has a record or pins. */
function everyKey(): RecordKey[] {
  const keys = new Map<string, RecordKey>();
  for (const { containerId, ifname } of [...allApplied(), ...pinnedInterfaces(PIN_ROOT)]) {
    keys.set(`${containerId}/${ifname}`, { containerId, ifname });
  }
  return [...keys.values()];
}

/**
 * Why what is held for a pod can be released; null if the pod lives. The caller holds the container's lock.
 */
export function reasonToRelease(_key: RecordKey, applied: Applied | null): string | null {
  if (applied === null) return "it has no record";
  if (!applied.complete && (applied.wanted ?? null) === null) return INTERRUPTED;
  const unseen = whyUnseen(applied.netns);
  if (unseen !== null) throw new Error(`Cannot check network namespace "${applied.netns}": ${unseen}`);
  if (netnsId(applied.netns) !== applied.netnsId) return "its network namespace is gone";
  try {
    using veth = findVeth(applied.netns, applied.ifname);
    const same = veth.outside.link.index === applied.outside.index;
    return same ? null : `its interface "${applied.ifname}" has been replaced`;
  } catch (error) {
    if (error instanceof MissingInterfaceError) return `its interface "${applied.ifname}" is gone`;
    throw error;
  }
}
