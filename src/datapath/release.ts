import { describeError } from "../log/describe.ts";
import { setGsoMaxSize } from "../net/links.ts";
import { netnsId } from "../net/netns.ts";
import { findVeth, type PodVeth } from "../pod/veth.ts";
import { containerPins, type Direction, DIRECTIONS, interfacePins } from "../state/names.ts";
import { type RecordKey, removeRecord } from "../state/records.ts";
import { type Applied, readApplied } from "./applied.ts";
import { attacherOf } from "./attach/select.ts";
import { removeRoot } from "./pacer/root.ts";
import { removePins } from "./pins.ts";
import { deviceOf, placesOf } from "./places.ts";

/**
 * Lets a pod's interface go, whatever of it is still there.
 *
 * @param netns The pod's network namespace as the caller names it, or null; the record's is preferred.
 * @returns What could not be undone, in words; empty if all is gone.
 */
export function release(key: RecordKey, netns: string | null): string[] {
  const failures: string[] = [];
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      failures.push(describeError(error));
    }
  };
  const applied = readApplied(key);
  const path = applied === null ? netns : netnsId(applied.netns) === applied.netnsId ? applied.netns : null;
  if (path !== null && netnsId(path) !== null) {
    attempt(() => {
      using veth = findVeth(path, key.ifname);
      for (const direction of DIRECTIONS) releaseDirection(key, direction, veth, applied, attempt);
      const gso = applied?.inside.gsoMaxSize ?? 0;
      const { link, netlink } = veth.inside;
      if (gso > link.gsoMaxSize) attempt(() => setGsoMaxSize(netlink, link, gso));
    });
  }
  // With the namespace the veth is gone, and with it queues and filters: what is left are pins and the record.
  attempt(() => removePins(containerPins(key.containerId), interfacePins(key.containerId, key.ifname)));
  attempt(() => removeRecord(key));
  return failures;
}

function releaseDirection(
  key: RecordKey,
  direction: Direction,
  veth: PodVeth,
  applied: Applied | null,
  attempt: (step: () => void) => void,
): void {
  // Without a record an ADD was cut short: its links go with their pins, its filters are found by their handle.
  const attacher = attacherOf(applied?.attach ?? "clsact");
  for (const { end, hook, run } of placesOf(key, direction, veth, "pod")) {
    attempt(() => run(() => attacher.detach(hook, applied?.[end].ownsClsact ?? false)));
  }
  attempt(() => removeRoot(deviceOf(direction, veth)));
}
