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

/** A difference between what holds a pod and what should. */
export interface Difference {
  /** null: both directions. */
  readonly direction: Direction | null;
  readonly about: "record" | "veth" | "limit" | "program" | "pin" | "queue";
  /** What is wrong, for people. */
  readonly text: string;
}

/**
 * Compares what holds a pod's interface with its limits, and repairs nothing.
 *
 * @returns What is wrong, for people.
 */
export function verify(key: RecordKey, limits: Limits): string[] {
  return findDifferences(key, limits).map(({ direction, text }) =>
    direction === null ? text : `${direction}: ${text}`
  );
}

/** Like verify(), for callers that distinguish differences. */
export function findDifferences(key: RecordKey, limits: Limits): Difference[] {
  const applied = readApplied(key);
  const wanted = DIRECTIONS.filter((direction) => limits[direction] !== null);
  const both = (about: Difference["about"], text: string): Difference[] => [{ direction: null, about, text }];
  if (applied === null) {
    return wanted.length === 0 ? [] : both("record", "no limit is in force: it has no record");
  }
  if (!applied.complete) return both("record", "its setup was interrupted");
  if (netnsId(applied.netns) !== applied.netnsId) {
    return both("veth", `the network namespace "${applied.netns}" has been replaced`);
  }
  let found: PodVeth;
  try {
    found = findVeth(applied.netns, key.ifname);
  } catch (error) {
    return both("veth", describeError(error));
  }
  using veth = found;
  if (veth.outside.link.index !== applied.outside.index) {
    return both("veth", `the interface "${key.ifname}" in "${applied.netns}" has been replaced`);
  }
  return DIRECTIONS.flatMap((direction) =>
    compareDirection(key, direction, limits[direction], applied, veth)
  );
}

/** findDifferences() for one direction. @throws {NativeError} */
export function compareDirection(
  key: RecordKey,
  direction: Direction,
  limit: DirectionLimit | null,
  applied: Applied,
  veth: PodVeth,
): Difference[] {
  const held = applied[direction];
  const other = (text: string): Difference => ({ direction: null, about: "limit", text });
  if (limit === null) return held === null ? [] : [other(`${direction} is held without a limit`)];
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

/** The first map whose pin is gone. Without the pins counters cannot be read and limits cannot be changed. */
function missingPin(directory: string): string | null {
  const missing = Object.keys(MAPS).find((name) => !hasPin(`${directory}/${name}`));
  return missing === undefined ? null : `the map "${directory}/${missing}" is missing`;
}
