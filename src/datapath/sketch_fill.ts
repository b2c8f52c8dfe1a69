import { monotonicNow } from "../kernel/clock.ts";
import type { Direction } from "../state/names.ts";
import type { Applied } from "./applied.ts";
import { mapValue, openPin } from "./kernel_objects.ts";
import { constants, sections, state as STATE } from "./layout.ts";
import { readEntries } from "./map_batch.ts";
import { directionPins } from "./places.ts";
import { readStruct } from "./struct.ts";

// bpf/sketch.h: a cell is time in ticks of 1024 ns (40 bits) << 24 | backlog in units of 16 bytes.
const TICK_SHIFT = 10n;
const TIME_MASK = (1n << 40n) - 1n;
const BACKLOG_BITS = 24n;
const BACKLOG_MASK = (1n << BACKLOG_BITS) - 1n;
const UNIT_SHIFT = 4n;
const LONGEST = 1n << 31n; // ticks
const LEAK_SHIFT = BigInt(constants.BEAT_SHIFT) - TICK_SHIFT;
const ZERO_KEY = new Uint8Array(4);

/** How full a sketch is now, its leak taken off. Fractions from 0 to 1. */
export interface SketchFill {
  readonly width: number;
  readonly depth: number;
  /** The part of its cells that hold anything. */
  readonly used: number;
  /** The probability that a flow which sends its first packet shares a cell that holds something in every row: that its estimate is too high at all. */
  readonly shared: number;
  /** The same for cells above the threshold: that it is taken for heavy from its first packet on. */
  readonly mistaken: number;
  /** Bytes: all backlogs of a row, the mean of the rows. */
  readonly backlog: number;
}

/** @returns null if the direction's pins are gone. @throws {NativeError} */
export function readSketchFill(applied: Applied, direction: Direction, threshold: bigint): SketchFill | null {
  const limit = applied[direction]?.limit;
  const pins = directionPins(applied, direction);
  using sketch = openPin(`${pins}/sketch`);
  using state = openPin(`${pins}/state`);
  if (limit === undefined || sketch === null || state === null) return null;
  const { width, depth } = limit;
  const cells = readEntries(sketch.fd, { keySize: 4, valueSize: 8, most: width * depth });
  const value = mapValue(state.fd, ZERO_KEY, sections[".bss"].size);
  if (value === null) throw new Error("Cannot read the state: its map is empty");
  const { leak } = readStruct(value, STATE, sections[".bss"].variables.state.offset);
  const words = new BigUint64Array(cells.values.buffer, 0, cells.count);
  return fillOf(words, { width, depth, leak, threshold, now: monotonicNow() });
}

/** What a sketch's cells mean. */
export interface SketchShape {
  readonly width: number;
  readonly depth: number;
  /** Bytes a beat (2^30 ns). */
  readonly leak: bigint;
  /** Bytes. */
  readonly threshold: bigint;
  /** CLOCK_MONOTONIC, ns. */
  readonly now: bigint;
}

/** Judges a sketch's cells, row after row as the program lays them out. */
export function fillOf(
  cells: BigUint64Array,
  { width, depth, leak, threshold, now }: SketchShape,
): SketchFill {
  const ticks = now >> TICK_SHIFT, unitsPerBeat = leak >> UNIT_SHIFT;
  let used = 0, shared = 1, mistaken = 1, backlog = 0;
  for (let row = 0; row < depth; row++) {
    let holding = 0, above = 0;
    for (const cell of cells.subarray(row * width, (row + 1) * width)) {
      if (cell === 0n) continue; // most of them, most of the time
      const since = (ticks - (cell >> BACKLOG_BITS)) & TIME_MASK;
      const leaked = (since < LONGEST ? since : LONGEST) * unitsPerBeat >> LEAK_SHIFT;
      const left = (cell & BACKLOG_MASK) - leaked;
      if (left <= 0n) continue;
      holding++;
      if (left << UNIT_SHIFT > threshold) above++;
      backlog += Number(left << UNIT_SHIFT);
    }
    used += holding;
    shared *= holding / width;
    mistaken *= above / width;
  }
  return { width, depth, used: used / (width * depth), shared, mistaken, backlog: backlog / depth };
}
