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

/** Something that was left behind, and what became of it. */
export interface Leftover extends RecordKey {
  /** Why nobody needs it any more, or why it is not whole. */
  readonly why: string;
  /** Whether it was finished, for a pod that lives, and not removed. */
  readonly finished: boolean;
  /** What could not be undone, or why it could not be finished, in words; empty if all is well. */
  readonly failures: readonly string[];
}

/** Which of what is held is to go: the reason, or null to keep it. */
export type Judge = (key: RecordKey, applied: Applied | null) => string | null;

/**
 * Removes what is natra's and dead: of pods that are gone, of interfaces that are others now, of calls that were cut short
 * before they had recorded what was wanted. What a living pod was to be held to, and is not, is finished. It may run beside ADDs and DELs: a container that somebody works on is left to them.
 *
 * @param judge Who is to go; by default, whoever is dead.
 * @param dryRun Only tell.
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
        leftovers.push({ ...key, why: CUT_SHORT, finished: true, failures });
      }
    } catch (error) { // who cannot be judged is not condemned
      const why = "nobody can tell whether it is dead";
      leftovers.push({ ...key, why, finished: false, failures: [describeError(error)] });
    }
  }
  if (!dryRun) removeDeadDrafts();
  return leftovers;
}

const CUT_SHORT = "setting it up was cut short";

/** Holds a pod to what it was to be held to. @returns Why it cannot, in words; empty if it is. */
function finish(lock: ContainerLock, applied: Applied): string[] {
  const { wanted } = applied;
  if (wanted === undefined || wanted === null || (wanted.ingress === null && wanted.egress === null)) {
    return releaseLocked(lock, applied, applied.netns);
  }
  try {
    holdLocked(lock, { ...applied, limits: wanted, onChoice: () => {} });
    return [];
  } catch (error) { // and is undone
    return [describeError(error)];
  }
}

/** Records are written by who holds the container's lock: where nobody does, a draft is of a process that was killed. */
function removeDeadDrafts(): void {
  for (const containerId of records.draftedContainers()) {
    using lock = ContainerLock.tryTake(lockOf(containerId));
    if (lock !== null) records.removeDrafts(containerId);
  }
}

/** Whatever has a record or pins. */
function everyKey(): RecordKey[] {
  const keys = new Map<string, RecordKey>();
  for (const { containerId, ifname } of [...allApplied(), ...pinnedInterfaces(PIN_ROOT)]) {
    keys.set(`${containerId}/${ifname}`, { containerId, ifname });
  }
  return [...keys.values()];
}

/** Why what is held for a pod is of no use any more; null if the pod lives. The caller holds its lock. */
export function reasonToRelease(_key: RecordKey, applied: Applied | null): string | null {
  if (applied === null) return "there is no record of it";
  if (!applied.complete && (applied.wanted ?? null) === null) return CUT_SHORT;
  const unseen = whyUnseen(applied.netns);
  if (unseen !== null) throw new Error(`Cannot judge network namespace "${applied.netns}": ${unseen}`);
  if (netnsId(applied.netns) !== applied.netnsId) return "its network namespace is gone";
  try {
    using veth = findVeth(applied.netns, applied.ifname);
    const same = veth.outside.link.index === applied.outside.index;
    return same ? null : `its interface "${applied.ifname}" is another now`;
  } catch (error) {
    if (error instanceof MissingInterfaceError) return `its interface "${applied.ifname}" is gone`;
    throw error;
  }
}
