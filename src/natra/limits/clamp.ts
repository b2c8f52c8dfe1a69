import { ceilDivide, clamp, formatBytes, formatRate, maxOf } from "./quantity.ts";
import type { Warning } from "../../base/log/warning.ts";
import { LIMIT_FIELDS } from "./fields.ts";
import type { Setting } from "./request.ts";

/** Bounds of the rate, in bits per second. Kubernetes has the same. */
export const MIN_RATE = 1_000n;
export const MAX_RATE: bigint = 10n ** 15n;

/** Two Ethernet frames of the usual MTU, in bytes. With less, a full-sized packet could never pass. */
export const MIN_BURST = 3028n;

/** Bounds of the cells in one row of the sketch, powers of two. */
export const MIN_WIDTH = 64n;
export const MAX_WIDTH = 65_536n;

/** Bounds of the sketch's rows. */
export const MIN_DEPTH = 1n;
export const MAX_DEPTH = 8n;

/** Size of one cell. */
export const CELL_BYTES = 8n;

/**
 * Bounds of the heavy hitters' threshold, in bytes: one packet, and half of what a cell can count (2^24 units
 * of 16 bytes, bpf/natra/sketch.h).
 */
export const MIN_THRESHOLD = 1500n;
export const MAX_THRESHOLD: bigint = 1n << 27n;

const DEFAULT_WIDTH = BigInt(LIMIT_FIELDS.width.fallback);
const DEFAULT_DEPTH = BigInt(LIMIT_FIELDS.depth.fallback);

/** Receives a warning for each value that is changed. */
export type Warn = (warning: Warning) => void;

/**
 * Clamps a rate to {@linkcode MIN_RATE} and {@linkcode MAX_RATE}. Zero becomes the minimum: a request for
 * nothing must not grant everything.
 *
 * @param asked Bits per second.
 * @returns Bits per second.
 */
export function clampRate(asked: Setting<bigint>, warn: Warn): bigint {
  return clampTo(asked, MIN_RATE, MAX_RATE, formatRate, warn);
}

/**
 * Decides the burst: what was asked for, up to one second of the rate, or 40 ms of the rate by default; at
 * least {@linkcode MIN_BURST}.
 *
 * @param rate Bits per second.
 * @param asked Bits.
 * @returns Bytes.
 */
export function decideBurst(rate: bigint, asked: Setting<bigint> | undefined, warn: Warn): bigint {
  if (asked === undefined) return maxOf(ceilDivide(rate, 200n), MIN_BURST);
  const bytes = { ...asked, value: ceilDivide(asked.value, 8n) };
  return clampTo(bytes, MIN_BURST, maxOf(ceilDivide(rate, 8n), MIN_BURST), formatBytes, warn);
}

/**
 * Decides the sketch's size. The width is rounded up to a power of two, then halved until the sketch fits
 * into `maxBytes`; at the minimum width rows are removed instead. One row of the minimum width always fits.
 *
 * @param width Cells in a row.
 * @param depth Rows.
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
  const fullSize = { cells, rows };
  const fits = (): boolean => Number(cells * rows * CELL_BYTES) <= maxBytes;
  while (cells > MIN_WIDTH && !fits()) cells /= 2n;
  while (rows > MIN_DEPTH && !fits()) rows -= 1n;
  const why = `the sketch may take at most ${maxBytes} bytes`;
  if (cells !== fullSize.cells) {
    const [key, given] = [width?.key ?? "default cms.width", width?.given ?? String(DEFAULT_WIDTH)];
    warn({ key, given, used: String(cells), why });
  }
  if (rows !== fullSize.rows) {
    const [key, given] = [depth?.key ?? "default cms.depth", depth?.given ?? String(DEFAULT_DEPTH)];
    warn({ key, given, used: String(rows), why });
  }
  return { width: Number(cells), depth: Number(rows) };
}

/**
 * Decides how far a flow may run ahead of its fair share before it counts as heavy.
 *
 * @param asked Bytes.
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
  const why = value < min
    ? `it is below the minimum, ${format(min)}`
    : `it is above the maximum, ${format(max)}`;
  warn({ key, given, used: format(used), why });
  return used;
}

function powerOfTwo(atLeast: bigint): bigint {
  let power = MIN_WIDTH;
  while (power < atLeast) power *= 2n;
  return power;
}
