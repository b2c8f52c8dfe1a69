import { describeError } from "../log/describe.ts";
import { netnsId } from "../net/netns.ts";
import { findVeth, MissingInterfaceError } from "../pod/veth.ts";
import { pinnedInterfaces } from "../state/bpffs.ts";
import { ContainerLock } from "../state/lock.ts";
import { draftedContainers, type RecordKey, removeDrafts } from "../state/records.ts";
import { allApplied, type Applied, readApplied } from "./applied.ts";
import { releaseLocked } from "./release.ts";

/** Something that was left behind, and what became of it. */
export interface Leftover extends RecordKey {
  /** Why nobody needs it any more. */
  readonly why: string;
  /** What could not be undone, in words; empty if it is gone. */
  readonly failures: readonly string[];
}

/** Which of what is held is to go: the reason, or null to keep it. */
export type Judge = (key: RecordKey, applied: Applied | null) => string | null;

/**
 * Removes what is natra's and dead: of pods that are gone, of calls that were cut short, of interfaces that are others
 * now. It may run beside ADDs and DELs: a container that somebody works on is left to them.
 *
 * @param judge Who is to go; by default, whoever is dead.
 * @param dryRun Only tell.
 */
export function reconcile(judge: Judge = whyDead, dryRun = false): Leftover[] {
  const leftovers: Leftover[] = [];
  for (const key of everyKey()) {
    using lock = ContainerLock.tryTake(key.containerId);
    if (lock === null) continue;
    const applied = readApplied(key);
    try {
      const why = judge(key, applied);
      if (why === null) continue;
      leftovers.push({
        ...key,
        why,
        failures: dryRun ? [] : releaseLocked(lock, key, applied?.netns ?? null),
      });
    } catch (error) { // who cannot be judged is not condemned
      leftovers.push({ ...key, why: "nobody can tell whether it is dead", failures: [describeError(error)] });
    }
  }
  if (!dryRun) removeDeadDrafts();
  return leftovers;
}

/** Records are written by who holds the container's lock: where nobody does, a draft is of a process that was killed. */
function removeDeadDrafts(): void {
  for (const containerId of draftedContainers()) {
    using lock = ContainerLock.tryTake(containerId);
    if (lock !== null) removeDrafts(containerId);
  }
}

/** Whatever has a record or pins. */
function everyKey(): RecordKey[] {
  const keys = new Map<string, RecordKey>();
  for (const { containerId, ifname } of [...allApplied(), ...pinnedInterfaces()]) {
    keys.set(`${containerId}/${ifname}`, { containerId, ifname });
  }
  return [...keys.values()];
}

/** Why what is held for a pod is of no use any more; null if the pod lives. The caller holds its lock. */
export function whyDead(_key: RecordKey, applied: Applied | null): string | null {
  if (applied === null) return "there is no record of it";
  if (!applied.complete) return "setting it up was cut short";
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
