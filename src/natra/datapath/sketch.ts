import { MAX_WIDTH } from "../limits/clamp.ts";
import { monotonicNow } from "../../kernel/clock.ts";
import type { Direction } from "../../pod/direction.ts";
import type { Applied } from "./record.ts";
import { mapValue, openPin } from "../../ebpf/info.ts";
import { constants, knobs as KNOBS, sections, state as STATE } from "./layout.ts";
import { readEntries } from "../../ebpf/maps.ts";
import { directionPins } from "./attach_points.ts";
import { readStruct } from "../../ebpf/struct.ts";

// bpf/natra/sketch.h: a cell is time in ticks of 1024 ns (40 bits) << 24 | backlog in units of 16 bytes.
const TICK_SHIFT = 10n;
const TIME_MASK = (1n << 40n) - 1n;
const BACKLOG_BITS = 24n;
const BACKLOG_MASK = (1n << BACKLOG_BITS) - 1n;
const UNIT_SHIFT = 4n;
const LONGEST = 1n << 31n; // ticks
const BEATS_PER_SECOND = 1e9 / 2 ** constants.BEAT_SHIFT;
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
  /** Bytes that a flow may run ahead of its fair share before it is heavy. */
  readonly threshold: number;
  /** Bits/s that a cell leaks at: half of a heavy flow's fair share, eased. */
  readonly leak: number;
}

/** @returns null if the direction is not held, or its pins are gone. @throws {NativeError} */
export function readSketchFill(applied: Applied, direction: Direction): SketchFill | null {
  const limit = applied[direction]?.limit;
  const pins = directionPins(applied, direction);
  using sketch = openPin(`${pins}/sketch`);
  using state = openPin(`${pins}/state`);
  using told = openPin(`${pins}/knobs`);
  if (limit === undefined || sketch === null || state === null || told === null) return null;
  const { width, depth } = limit;
  const cells = readEntries(sketch.fd, { keySize: 4, valueSize: 8, maxEntries: width * depth });
  const { leak } = readStruct(only(state.fd, ".bss"), STATE, sections[".bss"].variables.state.offset);
  const { threshold } = readStruct(
    only(told.fd, ".rodata"),
    KNOBS,
    sections[".rodata"].variables.knobs.offset,
  );
  const words = new BigUint64Array(cells.values.buffer, 0, cells.count);
  return fillOf(words, { width, depth, leak, threshold, now: monotonicNow() });
}

/** The value of a section's map, which has no other. */
function only(fd: number, section: keyof typeof sections): DataView {
  const value = mapValue(fd, ZERO_KEY, sections[section].size);
  if (value === null) throw new Error(`Cannot read ${section}: its map is empty`);
  return value;
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
  return {
    ...{ width, depth, shared, mistaken },
    used: used / (width * depth),
    backlog: backlog / depth,
    threshold: Number(threshold),
    leak: Number(leak) * 8 * BEATS_PER_SECOND,
  };
}

/** A sketch is too small once more than this fraction of small flows is taken for heavy. */
export const MAX_MISTAKEN = 1 / 1000;
const CELL_BYTES = 8;

/**
 * Whether a sketch is too full for its pod's flows, by the probability that a small flow shares a cell above the threshold in
 * every row, and so waits with the heavy ones. Twice the width divides it by 2 to the power of the depth.
 *
 * @param maxBytes What the sketch may take.
 * @returns The width to change to; null if it is wide enough, or may not grow.
 */
export function resizeWanted(
  { width, depth, mistaken }: Pick<SketchFill, "width" | "depth" | "mistaken">,
  maxBytes: number,
): number | null {
  const wider = width * 2;
  const fits = wider <= Number(MAX_WIDTH) && wider * depth * CELL_BYTES <= maxBytes;
  return mistaken > MAX_MISTAKEN && fits ? wider : null;
}
