import { heartbeat } from "../../kernel/watchdog.ts";
import { changedFields, type DirectionLimit, type PacerKind } from "../limits/fields.ts";
import { removePin } from "../../ebpf/pins.ts";
import type { Direction } from "../../pod/direction.ts";
import type { Applied, AppliedDirection } from "./record.ts";
import { deviceOf, directionPins, isGuard, type Place, placesOf } from "./attach_points.ts";
import {
  drainDirection,
  fitGso,
  type PodWork,
  queueable,
  queueOf,
  removeDirection,
  secret,
  setUpDirection,
} from "./direction.ts";
import { findIfb } from "./ifb.ts";
import { knobsFor } from "./knobs.ts";
import { loadPrograms, replaceMaps } from "./object.ts";
import type { Device } from "./pacer/pacer.ts";
import { candidates, installPacer, pacerOf } from "./pacer/select.ts";
import { type QueueStats, readQueues } from "./queue_stats.ts";
import { compareDirection } from "./verify.ts";
import { ReusedMaps } from "./reused_maps.ts";

/** Gives one direction a limit or none: sets it up, changes it in place, or drains and removes it. */
export function setDirection(
  work: PodWork,
  direction: Direction,
  limit: DirectionLimit | null,
): AppliedDirection | null {
  const { applied, veth, touched } = work;
  const held = applied[direction];
  if (limit === null) {
    if (held === null) return null;
    touched.add(direction);
    drainDirection(work, direction, held);
    removeDirection(work, direction);
    return null;
  }
  const isWhole = held !== null &&
    compareDirection(applied, direction, held.limit, applied, veth).length === 0;
  if (!isWhole) return setUpAgain(work, direction, limit);
  const isSame = changedFields(held.limit, limit).length === 0;
  return isSame ? { ...held, limit } : changeDirection(work, direction, held, limit);
}

/** Sets a direction up from scratch: it was not held, or part of it is missing. */
export function setUpAgain(
  work: PodWork,
  direction: Direction,
  limit: DirectionLimit,
): AppliedDirection | null {
  const { applied, veth, attacher, choose, touched } = work;
  touched.add(direction);
  removeDirection(work, direction);
  return setUpDirection(direction, limit, applied, veth, attacher, choose);
}

/**
 * Changes the limit of a held direction without a gap: the queue is changed in place with what waits in it,
 * and each program is replaced in its hook, so that every packet meets the old or the new one. Maps are
 * reused unless their size changes.
 *
 * The guard is never stricter than the queue before it: it is replaced first when the limit rises, last when
 * it falls.
 *
 * @throws {Error} If the kernel refuses: `touched` says whether something was done.
 */
function changeDirection(
  work: PodWork,
  direction: Direction,
  from: AppliedDirection,
  limit: DirectionLimit,
): AppliedDirection {
  const { applied, veth, attacher, choose, touched } = work;
  const { side } = applied;
  const pins = directionPins(applied, direction);
  const device = deviceOf(direction, veth, side);
  const ifb = direction === "ingress" && side === "pod" ? findIfb(veth) : null;
  const asked = (one: DirectionLimit): DirectionLimit =>
    direction === "ingress" && side === "pod" ? queueable(one, ifb) : one;
  const places = placesOf(applied, direction, veth, limit.bucket, side);
  const before = placesOf(applied, direction, veth, from.limit.bucket, side);
  const touch = (): void => void touched.add(direction);
  const counted = countedBy(applied, direction, from.pacer);
  const queue = planQueue(device, from, asked(from.limit), asked(limit), touch);

  using reused = new ReusedMaps(pins, from.limit, limit);
  const knobs = knobsFor(limit, queueOf(pacerOf(queue.kind), device, ifb), reused.seed ?? secret());
  using object = loadPrograms(places, limit, knobs, reused.fds);
  touch();
  for (const { program, hook, run } of places) {
    if (!before.some((place) => place.program === program)) run(() => attacher.prepare(hook));
  }
  const put = (chosen: readonly Place[]): void => {
    for (const { program, hook, run } of chosen) {
      const there = before.some((place) => place.program === program);
      run(() => there ? attacher.replace(object, program, hook) : attacher.attach(object, program, hook));
      heartbeat();
    }
  };
  const [guards, others] = partition(places, isGuard);
  const rises = limit.rate > from.limit.rate;
  if (rises) put(guards);
  const madeOf = queue.change();
  put(others);
  if (!rises) put(guards);
  queue.finish();
  for (const { program, hook, run } of before) {
    if (places.some((place) => place.program === program)) continue;
    run(() => attacher.stop(hook));
    run(() => attacher.detach(hook, false));
    removePin(hook.pin);
  }
  replaceMaps(object, pins, reused.fds);
  if (direction === "egress") fitGso(work, queue.kind === "police" ? null : limit);
  if (madeOf !== from.queue) choose(`${direction} pacer`, madeOf, queue.why);
  const counts = countedBy(applied, direction, queue.kind);
  const lost = (what: "drops" | "marks"): number => Math.max(counted[what] - counts[what], 0);
  const carried = {
    drops: (from.carried?.drops ?? 0) + lost("drops"),
    marks: (from.carried?.marks ?? 0) + lost("marks"),
  };
  return {
    limit,
    pacer: queue.kind,
    queue: madeOf,
    ...(carried.drops > 0 || carried.marks > 0 ? { carried } : {}),
  };
}

/** What a direction's queue has counted, if the pacer is this one. */
function countedBy(
  applied: Applied,
  direction: Direction,
  pacer: PacerKind,
): Pick<QueueStats, "drops" | "marks"> {
  const held = applied[direction];
  if (held === null) return { drops: 0, marks: 0 };
  const now = readQueues({ ...applied, [direction]: { ...held, pacer } })[direction];
  return now ?? { drops: 0, marks: 0 };
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}

/** How the queue changes. */
interface QueuePlan {
  readonly kind: PacerKind;
  readonly why: string;
  /** @returns What the queue is made of then. */
  change(): string;
  /** To be called when no packet is sent to the old queue any more. */
  finish(): void;
}

/** The pacer stays if the same ones would be tried for both limits; otherwise it is replaced. */
function planQueue(
  device: Device,
  from: AppliedDirection,
  before: DirectionLimit,
  after: DirectionLimit,
  touch: () => void,
): QueuePlan {
  const old = pacerOf(from.pacer);
  const stays = candidates(before).join() === candidates(after).join();
  const polices = candidates(after)[0] === "police";
  const [kind, why, change]: [PacerKind, string, () => string] = stays
    ? [from.pacer, "the limit was changed", () => old.change(device, after)]
    : polices
    ? ["police", "as asked", () => "drops"]
    : replaceQueue(device, after, touch);
  return {
    kind,
    why,
    change,
    finish: () => {
      if (!stays && polices) old.remove(device);
    },
  };
}

/** Puts another queue at the root: the kernel drops what waits in the old one. */
function replaceQueue(
  device: Device,
  limit: DirectionLimit,
  touch: () => void,
): [PacerKind, string, () => string] {
  touch();
  const { pacer, queue, why } = installPacer(device, limit);
  return [pacer.kind, why, () => queue];
}
