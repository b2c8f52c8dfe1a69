import { ceilDivide, clamp, formatBytes, formatRate, maxOf } from "./quantity.ts";
import type { Warning } from "../../base/log/warning.ts";
import { LIMIT_FIELDS } from "./fields.ts";
import type { Setting } from "./request.ts";

/** The lowest and the highest rate, in bits per second; Kubernetes refuses what lies outside. */
export const MIN_RATE = 1_000n;
export const MAX_RATE: bigint = 10n ** 15n;

/** Two Ethernet frames of the usual MTU, in bytes: with less, a full-sized packet could never pass. */
export const MIN_BURST = 3028n;

/** Cells in a row of the sketch: a power of two between these. */
export const MIN_WIDTH = 64n;
export const MAX_WIDTH = 65_536n;

/** Rows of the sketch. */
export const MIN_DEPTH = 1n;
export const MAX_DEPTH = 8n;

/** A cell of the sketch, in bytes. */
export const CELL_BYTES = 8n;

/** The heavy hitters' threshold, in bytes: at least one packet, and half of what a cell can count (2^24 units of 16: bpf/natra/sketch.h). */
export const MIN_THRESHOLD = 1500n;
export const MAX_THRESHOLD: bigint = 1n << 27n;

const DEFAULT_WIDTH = BigInt(LIMIT_FIELDS.width.fallback);
const DEFAULT_DEPTH = BigInt(LIMIT_FIELDS.depth.fallback);

/** Takes the warnings that clamping brings. */
export type Warn = (warning: Warning) => void;

/**
 * Holds a rate between {@linkcode MIN_RATE} and {@linkcode MAX_RATE}. Zero becomes the lowest rate: whoever asks for
 * nothing must not get everything.
 *
 * @param asked The rate in bits per second, and where it stood.
 * @param warn Told if the rate is changed.
 * @returns Bits per second.
 */
export function clampRate(asked: Setting<bigint>, warn: Warn): bigint {
  return clampTo(asked, MIN_RATE, MAX_RATE, formatRate, warn);
}

/**
 * Decides the burst: 40 ms of the rate if nobody asked for one, else what was asked, up to one second of the rate;
 * never less than {@linkcode MIN_BURST}.
 *
 * @param rate The rate in bits per second.
 * @param asked The burst in bits, and where it stood.
 * @param warn Told if the burst asked for is changed.
 * @returns Bytes.
 */
export function decideBurst(rate: bigint, asked: Setting<bigint> | undefined, warn: Warn): bigint {
  if (asked === undefined) return maxOf(ceilDivide(rate, 200n), MIN_BURST);
  const bytes = { ...asked, value: ceilDivide(asked.value, 8n) };
  return clampTo(bytes, MIN_BURST, maxOf(ceilDivide(rate, 8n), MIN_BURST), formatBytes, warn);
}

/**
 * Decides the sketch's size: the width is rounded up to a power of two, then halved until the sketch fits; at the
 * least width rows are given up.
 *
 * @param width Cells in a row, and where it stood.
 * @param depth Rows, and where it stood.
 * @param maxBytes The most that the sketch may take; less than one row of the least width counts as that.
 * @param warn Told of each value that is changed.
 * @returns The width in cells, and the depth in rows.
 */
export function decideSketch(
  width: Setting<bigint> | undefined,
  depth: Setting<bigint> | undefined,
  maxBytes: number,
  warn: Warn,
): { width: number; depth: number } {
  let rows = depth === undefined ? DEFAULT_DEPTH : clampTo(depth, MIN_DEPTH, MAX_DEPTH, String, warn);
  const asked = width === undefined ? DEFAULT_WIDTH : clampTo(width, MIN_WIDTH, MAX_WIDTH, String, warn);
  let cells = powerOfTwo(asked);
  if (width !== undefined && cells !== asked) {
    warn({ key: width.key, given: width.given, used: String(cells), why: "it must be a power of two" });
  }
  const wanted = { cells, rows };
  const fits = (): boolean => Number(cells * rows * CELL_BYTES) <= maxBytes;
  while (cells > MIN_WIDTH && !fits()) cells /= 2n;
  while (rows > MIN_DEPTH && !fits()) rows -= 1n;
  const why = `the sketch may take at most ${maxBytes} bytes`;
  if (cells !== wanted.cells) {
    const [key, given] = [width?.key ?? "default cms.width", width?.given ?? String(DEFAULT_WIDTH)];
    warn({ key, given, used: String(cells), why });
  }
  if (rows !== wanted.rows) {
    const [key, given] = [depth?.key ?? "default cms.depth", depth?.given ?? String(DEFAULT_DEPTH)];
    warn({ key, given, used: String(rows), why });
  }
  return { width: Number(cells), depth: Number(rows) };
}

/**
 * Decides how far a flow may run ahead of its fair share before it counts as heavy.
 *
 * @param asked The threshold in bytes, and where it stood.
 * @param warn Told if it is changed.
 * @returns Bytes, or null for the adaptive threshold.
 */
export function decideThreshold(asked: Setting<bigint> | undefined, warn: Warn): bigint | null {
  return asked === undefined
    ? LIMIT_FIELDS.threshold.fallback
    : clampTo(asked, MIN_THRESHOLD, MAX_THRESHOLD, formatBytes, warn);
}

function clampTo(
  asked: Setting<bigint>,
  min: bigint,
  max: bigint,
  format: (value: bigint) => string,
  warn: Warn,
): bigint {
  const { value, key, given } = asked;
  const used = clamp(value, min, max);
  if (used === value) return value;
  const why = value < min ? `it is below the least, ${format(min)}` : `it is above the most, ${format(max)}`;
  warn({ key, given, used: format(used), why });
  return used;
}

function powerOfTwo(atLeast: bigint): bigint {
  let power = MIN_WIDTH;
  while (power < atLeast) power *= 2n;
  return power;
}
