import type { DirectionLimit, Limits } from "../limits/limits.ts";
import { netnsId } from "../net/netns.ts";
import { findVeth, type PodVeth } from "../pod/veth.ts";
import { type Direction, DIRECTIONS } from "../state/names.ts";
import type { RecordKey } from "../state/records.ts";
import { type Applied, readApplied } from "./applied.ts";
import { attacherOf } from "./attach/select.ts";
import { pacerOf } from "./pacer/select.ts";
import { deviceOf, placesOf } from "./places.ts";

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
  using veth = findVeth(applied.netns, key.ifname);
  return DIRECTIONS.flatMap((direction) => verifyDirection(key, direction, limits[direction], applied, veth));
}

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
  const attacher = attacherOf(applied.attach);
  const findings = [
    ...placesOf(key, direction, veth, limit.bucket).map(({ hook, run }) => run(() => attacher.verify(hook))),
    pacerOf(held.pacer).verify(deviceOf(direction, veth), limit),
  ];
  return findings.filter((finding) => finding !== null).map((finding) => `${direction}: ${finding}`);
}
