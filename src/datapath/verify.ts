import { describeError } from "../log/describe.ts";
import type { DirectionLimit, Limits } from "../limits/limits.ts";
import { netnsId } from "../net/netns.ts";
import { findVeth, type PodVeth } from "../pod/veth.ts";
import { hasPin } from "../state/bpffs.ts";
import { type Direction, DIRECTIONS } from "../state/names.ts";
import type { RecordKey } from "../state/records.ts";
import { type Applied, readApplied } from "./applied.ts";
import { attacherOf } from "./attach/select.ts";
import { pacerOf } from "./pacer/select.ts";
import { MAPS } from "./object.ts";
import { deviceOf, directionPins, placesOf } from "./places.ts";

/**
 * Compares what holds a pod's interface with what should, and repairs nothing.
 *
 * @param limits What the pod is to be held to.
 * @returns What is wrong, in words; empty if nothing is.
 */
export function verify(key: RecordKey, limits: Limits): string[] {
  const applied = readApplied(key);
  const wanted = DIRECTIONS.filter((direction) => limits[direction] !== null);
  if (applied === null) return wanted.length === 0 ? [] : [`no limit is in force: there is no record of one`];
  if (!applied.complete) return ["setting it up was cut short"];
  if (netnsId(applied.netns) !== applied.netnsId) {
    return [`the network namespace "${applied.netns}" is another`];
  }
  let found: PodVeth;
  try {
    found = findVeth(applied.netns, key.ifname);
  } catch (error) {
    return [describeError(error)];
  }
  using veth = found;
  if (veth.outside.link.index !== applied.outside.index) {
    return [`the interface "${key.ifname}" in "${applied.netns}" is another`];
  }
  return DIRECTIONS.flatMap((direction) => verifyDirection(key, direction, limits[direction], applied, veth));
}

/** What a limit asks for; where it stood, its source, changes nothing. */
const ASKED = ["burst", "bucket", "mice", "pacer", "width", "depth", "threshold"] as const;

function verifyDirection(
  key: RecordKey,
  direction: Direction,
  limit: DirectionLimit | null,
  applied: Applied,
  veth: PodVeth,
): string[] {
  const held = applied[direction];
  if (limit === null) return held === null ? [] : [`${direction} is held, and no limit asks for it`];
  if (held === null) return [`${direction} is not held`];
  if (held.limit.rate !== limit.rate) {
    return [`${direction} is held to ${held.limit.rate} bit/s, not ${limit.rate}`];
  }
  const changed = ASKED.filter((field) => held.limit[field] !== limit[field]);
  if (changed.length > 0) {
    return changed.map((field) => `${direction}: ${field} is ${held.limit[field]}, not ${limit[field]}`);
  }
  const attacher = attacherOf(applied.attach);
  const findings = [
    ...placesOf(key, direction, veth, limit.bucket, applied.side).map(({ hook, run }) =>
      run(() => attacher.verify(hook))
    ),
    missingPin(directionPins(key, direction)),
    pacerOf(held.pacer).verify(deviceOf(direction, veth, applied.side), limit),
  ];
  return findings.filter((finding) => finding !== null).map((finding) => `${direction}: ${finding}`);
}

/** The first map whose pin is gone: without them nobody sees what is counted, or can change it. */
function missingPin(directory: string): string | null {
  const missing = Object.keys(MAPS).find((name) => !hasPin(`${directory}/${name}`));
  return missing === undefined ? null : `the map "${directory}/${missing}" is missing`;
}
