import { eventually } from "../../kernel/pause.ts";
import { describeError } from "../../base/log/describe.ts";
import { removePins } from "../../ebpf/pins.ts";
import type { Direction } from "../../pod/direction.ts";
import { type Altered, fitGso, isGuard } from "./change_direction.ts";
import type { AppliedDirection } from "./record.ts";
import { removeIfb } from "./ifb.ts";
import { isEmpty } from "./pacer/root.ts";
import { pacerOf } from "./pacer/select.ts";
import { deviceOf, directionPins, placesOf } from "./attach_points.ts";
import { releaseDirection } from "./release.ts";

/** How long a queue that holds nothing back is waited for: departure times may be half a second off. */
const EMPTY_MS = 600;

/**
 * Lets everything of a direction pass that waits, so that its queue can go without losing it: the guard first, which would
 * drop what comes at once; then the queue is opened, and no program asks for its classes any more.
 *
 * @throws {Error} If the kernel refuses.
 */
export function drainDirection(
  { applied, veth, attacher, touched }: Altered,
  direction: Direction,
  held: AppliedDirection,
): void {
  touched.add(direction);
  const device = deviceOf(direction, veth, applied.side);
  const places = placesOf(applied, direction, veth, held.limit.bucket, applied.side);
  const stop = (guards: boolean): void => {
    for (const place of places) {
      if (isGuard(place) === guards) place.run(() => attacher.stop(place.hook));
    }
  };
  const pacer = pacerOf(held.pacer);
  if (pacer.verify(device, held.limit) !== null) return; // another's, or gone: nothing of ours waits
  stop(true);
  pacer.open(device, held.limit);
  stop(false);
  eventually(() => isEmpty(device), EMPTY_MS);
}

/** Removes all that holds a direction, but for a clsact. @throws {Error} That tells of each step that failed; the others are made. */
export function dropDirection(altered: Altered, direction: Direction): void {
  const { applied, veth } = altered;
  const failures: string[] = [];
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      failures.push(describeError(error));
    }
  };
  // The kernel would interrupt the other direction's queue to delete a clsact: it stays until the pod goes.
  const { inside, outside } = applied;
  const kept = {
    ...applied,
    inside: { ...inside, ownsClsact: false },
    outside: { ...outside, ownsClsact: false },
  };
  releaseDirection(applied, direction, veth, kept, attempt);
  if (direction === "ingress" && applied.side === "pod") attempt(() => removeIfb(veth));
  if (direction === "egress") attempt(() => fitGso(altered, null));
  attempt(() => removePins(directionPins(applied, direction)));
  if (failures.length > 0) throw new Error(`Cannot let ${direction} go: ${failures.join("; ")}`);
}
