import { LIMIT_FIELDS, sketchBytes } from "../limits/fields.ts";
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

/** How full a sketch is now, after its leak. Fractions are from 0 to 1. */
export interface SketchFill {
  readonly width: number;
  readonly depth: number;
  /** Fraction of cells in use. */
  readonly used: number;
  /** Probability that a new flow shares a used cell in every row, so that its estimate is too high. */
  readonly shared: number;
  /**
   * The same for cells above the threshold: that a new flow is misclassified as heavy at its first packet.
   */
  readonly mistaken: number;
  /** Bytes: the sum of a row's backlogs, averaged over the rows. */
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
  using knobs = openPin(`${pins}/knobs`);
  if (limit === undefined || sketch === null || state === null || knobs === null) return null;
  const { width, depth } = limit;
  const cells = readEntries(sketch.fd, { keySize: 4, valueSize: 8, maxEntries: width * depth });
  const { leak } = readStruct(only(state.fd, ".bss"), STATE, sections[".bss"].variables.state.offset);
  const { threshold } = readStruct(
    only(knobs.fd, ".rodata"),
    KNOBS,
    sections[".rodata"].variables.knobs.offset,
  );
  const words = new BigUint64Array(cells.values.buffer, 0, cells.count);
  return fillOf(words, { width, depth, leak, threshold, now: monotonicNow() });
}

/** The only value of a section's map. */
function only(fd: number, section: keyof typeof sections): DataView {
  const value = mapValue(fd, ZERO_KEY, sections[section].size);
  if (value === null) throw new Error(`Cannot read ${section}: its map is empty`);
  return value;
}

/** What is needed to interpret a sketch's cells. */
export interface SketchShape {
  readonly width: number;
  readonly depth: number;
  /** Bytes per beat (2^30 ns). */
  readonly leak: bigint;
  /** Bytes. */
  readonly threshold: bigint;
  /** CLOCK_MONOTONIC, ns. */
  readonly now: bigint;
}

/** @param cells Row after row, as the program lays them out. */
export function fillOf(
  cells: BigUint64Array,
  { width, depth, leak, threshold, now }: SketchShape,
): SketchFill {
  const ticks = now >> TICK_SHIFT, unitsPerBeat = leak >> UNIT_SHIFT;
  let used = 0, shared = 1, mistaken = 1, backlog = 0;
  for (let row = 0; row < depth; row++) {
    let holding = 0, above = 0;
    for (const cell of cells.subarray(row * width, (row + 1) * width)) {
      if (cell === 0n) continue; // the usual case
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

/** A sketch is too small once more than this fraction of small flows is misclassified as heavy. */
export const MAX_MISTAKEN = 1 / 1000;

/**
 * Decides whether a sketch is too small for its pod's flows. Twice the width divides the probability of a
 * misclassification by 2 to the power of the depth.
 *
 * @param maxBytes Maximum size of the sketch.
 * @returns The new width; null if it is wide enough or may not grow.
 */
export function resizeWanted(
  { width, depth, mistaken }: Pick<SketchFill, "width" | "depth" | "mistaken">,
  maxBytes: number,
): number | null {
  const wider = width * 2;
  const fits = wider <= Number(LIMIT_FIELDS.width.max) && sketchBytes({ width: wider, depth }) <= maxBytes;
  return mistaken > MAX_MISTAKEN && fits ? wider : null;
}
