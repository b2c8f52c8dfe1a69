import { describeError } from "../../base/log/describe.ts";
import { changedFields, type DirectionLimit, type Limits, showField } from "../limits/fields.ts";
import { netnsId } from "../../net/netns.ts";
import { findVeth, type PodVeth } from "../../pod/veth.ts";
import { hasPin } from "../../ebpf/pins.ts";
import { type Direction, DIRECTIONS } from "../../pod/direction.ts";
import type { RecordKey } from "../../state/records.ts";
import { type Applied, readApplied } from "./record.ts";
import { attacherOf } from "../../ebpf/attach/select.ts";
import { pacerOf } from "./pacer/select.ts";
import { MAPS } from "./object.ts";
import { deviceOf, directionPins, placesOf } from "./attach_points.ts";

/** Something that is not as it should be. */
export interface Difference {
  /** null: both. */
  readonly direction: Direction | null;
  /** The record, the veth that it tells of, the limit in force, a program at its hook, a pin, or the queue. */
  readonly about: "record" | "veth" | "limit" | "program" | "pin" | "queue";
  /** What is wrong, in words. */
  readonly text: string;
}

/**
 * Compares what holds a pod's interface with what should, and repairs nothing.
 *
 * @param limits What the pod is to be held to.
 * @returns What is wrong, in words; empty if nothing is.
 */
export function verify(key: RecordKey, limits: Limits): string[] {
  return findDifferences(key, limits).map(({ direction, text }) =>
    direction === null ? text : `${direction}: ${text}`
  );
}

/** {@linkcode verify} for who wants to tell one difference from another. */
export function findDifferences(key: RecordKey, limits: Limits): Difference[] {
  const applied = readApplied(key);
  const wanted = DIRECTIONS.filter((direction) => limits[direction] !== null);
  const both = (about: Difference["about"], text: string): Difference[] => [{ direction: null, about, text }];
  if (applied === null) {
    return wanted.length === 0 ? [] : both("record", "no limit is in force: there is no record of one");
  }
  if (!applied.complete) return both("record", "setting it up was cut short");
  if (netnsId(applied.netns) !== applied.netnsId) {
    return both("veth", `the network namespace "${applied.netns}" is another`);
  }
  let found: PodVeth;
  try {
    found = findVeth(applied.netns, key.ifname);
  } catch (error) {
    return both("veth", describeError(error));
  }
  using veth = found;
  if (veth.outside.link.index !== applied.outside.index) {
    return both("veth", `the interface "${key.ifname}" in "${applied.netns}" is another`);
  }
  return DIRECTIONS.flatMap((direction) =>
    compareDirection(key, direction, limits[direction], applied, veth)
  );
}

/** One direction of {@linkcode findDifferences}. @throws {NativeError} */
export function compareDirection(
  key: RecordKey,
  direction: Direction,
  limit: DirectionLimit | null,
  applied: Applied,
  veth: PodVeth,
): Difference[] {
  const held = applied[direction];
  const other = (text: string): Difference => ({ direction: null, about: "limit", text });
  if (limit === null) return held === null ? [] : [other(`${direction} is held, and no limit asks for it`)];
  if (held === null) return [other(`${direction} is not held`)];
  if (held.limit.rate !== limit.rate) {
    return [other(`${direction} is held to ${held.limit.rate} bit/s, not ${limit.rate}`)];
  }
  const changed = changedFields(held.limit, limit);
  if (changed.length > 0) {
    return changed.map((field) =>
      other(`${direction}: ${field} is ${showField(field, held.limit)}, not ${showField(field, limit)}`)
    );
  }
  const attacher = attacherOf(applied.attach);
  const differences: Difference[] = [];
  const note = (about: Difference["about"], text: string | null): void => {
    if (text !== null) differences.push({ direction, about, text });
  };
  for (const { hook, run } of placesOf(key, direction, veth, limit.bucket, applied.side)) {
    note("program", run(() => attacher.verify(hook)));
  }
  note("pin", missingPin(directionPins(key, direction)));
  note("queue", pacerOf(held.pacer).verify(deviceOf(direction, veth, applied.side), limit));
  return differences;
}

/** The first map whose pin is gone: without them nobody sees what is counted, or can change it. */
function missingPin(directory: string): string | null {
  const missing = Object.keys(MAPS).find((name) => !hasPin(`${directory}/${name}`));
  return missing === undefined ? null : `the map "${directory}/${missing}" is missing`;
}
