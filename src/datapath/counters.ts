import { findVeth } from "../pod/veth.ts";
import { type Direction } from "../state/names.ts";
import { netnsId } from "../net/netns.ts";
import type { Applied } from "./applied.ts";
import { mapValue, openPin } from "./kernel_objects.ts";
import { sections, state } from "./layout.ts";
import type { QueueStats } from "./pacer/pacer.ts";
import { pacerOf } from "./pacer/select.ts";
import { deviceOf, directionPins } from "./places.ts";
import { readStruct } from "./struct.ts";

/** What one direction counted since it is held: packets, and bytes on the wire. */
export type Counters = Readonly<Record<keyof typeof state.fields.stats.fields, bigint>>;

const FIRST = new Uint8Array(4); // key 0: global data is an array of one

/** @returns null if the direction's pins are gone. @throws {NativeError} */
export function readCounters(applied: Applied, direction: Direction): Counters | null {
  using pin = openPin(`${directionPins(applied, direction)}/state`);
  if (pin === null) return null;
  const section = sections[".bss"];
  const value = mapValue(pin.fd, FIRST, section.size);
  return value === null ? null : readStruct(value, state.fields.stats, section.variables.state.offset);
}

/** What the queues of a pod's directions counted. @returns null where the pod, or its queue, is gone. */
export function readQueues(applied: Applied): Readonly<Record<Direction, QueueStats | null>> {
  if (netnsId(applied.netns) !== applied.netnsId) return { ingress: null, egress: null };
  using veth = findVeth(applied.netns, applied.ifname);
  const stats = (direction: Direction): QueueStats | null => {
    const held = applied[direction];
    return held === null ? null : pacerOf(held.pacer).stats(deviceOf(direction, veth, applied.side));
  };
  return { ingress: stats("ingress"), egress: stats("egress") };
}
