import { interfacePins, lockOf, records } from "../node_state.ts";
import { heartbeat } from "../../kernel/watchdog.ts";
import { describeError } from "../../base/log/describe.ts";
import { setGsoMaxSize } from "../../net/links.ts";
import { netnsId } from "../../net/netns.ts";
import { findVeth, MissingInterfaceError, type PodVeth } from "../../pod/veth.ts";
import { removePins } from "../../ebpf/pins.ts";
import { ContainerLock } from "../../state/lock.ts";
import { type Direction, DIRECTIONS } from "../../pod/direction.ts";
import type { RecordKey } from "../../state/records.ts";
import { allApplied, type Applied, readApplied } from "./record.ts";
import { attacherOf } from "../../ebpf/attach/select.ts";
import { removeIfb } from "./ifb.ts";
import { removeRoot } from "./pacer/root.ts";
import { deviceOf, placesOf } from "./attach_points.ts";

/** Runs a step, and continues if it fails. */
export type Attempt = (step: () => void) => void;

/**
 * Removes everything of natra's from a pod's interface, as far as it is still there.
 *
 * @param netns The pod's network namespace, used if there is no record.
 * @returns What could not be undone; empty on success.
 * @throws {NativeError} If the container cannot be locked.
 */
export function release(key: RecordKey, netns: string | null): string[] {
  using lock = ContainerLock.wait(lockOf(key.containerId));
  return releaseLocked(lock, key, netns);
}

/** Like release(), for callers that already hold the container's lock and pass it as proof. */
export function releaseLocked(_lock: ContainerLock, key: RecordKey, netns: string | null): string[] {
  const failures: string[] = [];
  const attempt: Attempt = (step) => {
    try {
      step();
    } catch (error) {
      // programs and queues went with the interface
      if (!(error instanceof MissingInterfaceError)) failures.push(describeError(error));
    }
  };
  const applied = readApplied(key);
  const path = livingNetns(applied, netns);
  if (path !== null) attempt(() => releaseDevices(key, path, applied, attempt));
  // If the namespace is gone, so are the veth, queues and filters: only pins and the record are left.
  attempt(() => removePins(interfacePins(key.containerId, key.ifname)));
  attempt(() => records.removeDrafts(key.containerId));
  // Remove the record last: a retry needs it.
  if (failures.length === 0) attempt(() => records.remove(key));
  else if (applied !== null) attempt(() => records.write(key, { ...applied, complete: false, wanted: null }));
  return failures;
}

/** The recorded namespace if it is still the same one; without a record, the caller's. */
function livingNetns(applied: Applied | null, netns: string | null): string | null {
  if (applied !== null) return netnsId(applied.netns) === applied.netnsId ? applied.netns : null;
  return netns !== null && netnsId(netns) !== null ? netns : null;
}

function releaseDevices(key: RecordKey, netns: string, applied: Applied | null, attempt: Attempt): void {
  using veth = findVeth(netns, key.ifname);
  if (!isOurs(key, veth, applied)) return;
  const { link, netlink } = veth.inside;
  for (const direction of DIRECTIONS) releaseDirection(key, direction, veth, applied, attempt);
  attempt(() => removeIfb(veth));
  const gso = applied?.inside.gsoMaxSize ?? 0;
  if (gso > link.gsoMaxSize) attempt(() => setGsoMaxSize(netlink, link, gso));
}

/**
 * Whether this is the container's veth. A later sandbox may have the namespace path of an earlier one, and
 * the kernel reuses inodes; but interface indexes on the node are never reused.
 */
function isOurs(key: RecordKey, veth: PodVeth, applied: Applied | null): boolean {
  const { index } = veth.outside.link;
  if (applied !== null) return applied.outside.index === index;
  const id = netnsId(veth.netns.path);
  return !allApplied().some((other) =>
    other.containerId !== key.containerId && other.netnsId === id && other.outside.index === index
  );
}

/** Releases one direction, except its pins. */
export function releaseDirection(
  key: RecordKey,
  direction: Direction,
  veth: PodVeth,
  applied: Applied | null,
  attempt: Attempt,
): void {
  // Without a record: removing the pins removes links, and filters are found by their handle.
  const attacher = attacherOf(applied?.attach ?? "clsact");
  const side = applied?.side ?? "host";
  for (const { end, hook, run } of placesOf(key, direction, veth, "pod", side)) {
    const ownsClsact = end !== "ifb" && (applied?.[end].ownsClsact ?? false);
    attempt(() => run(() => attacher.detach(hook, ownsClsact)));
    heartbeat();
  }
  attempt(() => removeRoot(deviceOf(direction, veth, side)));
}
