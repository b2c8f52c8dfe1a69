import type { Direction } from "../../pod/direction.ts";
import type { Applied } from "./record.ts";
import { mapValue, openPin, possibleCpus } from "../../ebpf/info.ts";
import { maps, stats } from "./layout.ts";
import { directionPins } from "./attach_points.ts";
import { readStruct } from "../../ebpf/struct.ts";

/** What one direction has counted since it was set up: packets, and bytes on the wire. */
export type Counters = Readonly<Record<keyof typeof stats.fields, bigint>>;

const FIRST = new Uint8Array(4); // key 0: the map is an array of one

/** @returns null if the direction's pins are gone. @throws {NativeError} */
export function readCounters(applied: Applied, direction: Direction): Counters | null {
  using pin = openPin(`${directionPins(applied, direction)}/work`);
  return pin === null ? null : sumCounters(pin.fd);
}

/** Adds up the counts of all CPUs. @param fd The map's descriptor. @throws {NativeError} */
export function sumCounters(fd: number): Counters {
  const { value } = maps.work;
  const stride = Math.ceil(value.size / 8) * 8; // the kernel rounds the size of each CPU's value up
  const cpus = possibleCpus();
  const values = mapValue(fd, FIRST, stride * cpus);
  if (values === null) throw new Error("Cannot read the counters: their map is empty");
  const total = readStruct(values, stats, value.fields.stats.offset);
  for (let cpu = 1; cpu < cpus; cpu++) {
    const part = readStruct(values, stats, cpu * stride + value.fields.stats.offset);
    for (const name of Object.keys(part) as (keyof Counters)[]) total[name] += part[name];
  }
  return total;
}
