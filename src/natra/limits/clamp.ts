import { ceilDivide, clamp, formatBytes, formatRate, maxOf } from "./quantity.ts";
import type { Warning } from "../../base/log/warning.ts";
import { LIMIT_FIELDS, sketchBytes } from "./fields.ts";
import type { Setting } from "./request.ts";

const MIN_BURST = LIMIT_FIELDS.burst.min;
const MIN_WIDTH = LIMIT_FIELDS.width.min;
const MIN_DEPTH = LIMIT_FIELDS.depth.min;
const DEFAULT_WIDTH = BigInt(LIMIT_FIELDS.width.fallback);
const DEFAULT_DEPTH = BigInt(LIMIT_FIELDS.depth.fallback);

/** Receives a warning for each value that is changed. */
export type Warn = (warning: Warning) => void;

/**
 * Clamps a rate. Zero becomes the minimum: a request for nothing must not grant everything.
 *
 * @param asked Bits per second.
 * @returns Bits per second.
 */
export function clampRate(asked: Setting<bigint>, warn: Warn): bigint {
  return clampTo(asked, LIMIT_FIELDS.rate.min, LIMIT_FIELDS.rate.max, formatRate, warn);
}

/**
 * Decides the burst: what was asked for, up to one second of the rate, or 40 ms of the rate by default; at
 * least two frames.
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
  let rows = depth === undefined
    ? DEFAULT_DEPTH
    : clampTo(depth, MIN_DEPTH, LIMIT_FIELDS.depth.max, String, warn);
  const asked = width === undefined
    ? DEFAULT_WIDTH
    : clampTo(width, MIN_WIDTH, LIMIT_FIELDS.width.max, String, warn);
  let cells = powerOfTwo(asked);
  if (width !== undefined && cells !== asked) {
    warn({ key: width.key, given: width.given, used: String(cells), why: "it must be a power of two" });
  }
  const fullSize = { cells, rows };
  const fits = (): boolean => sketchBytes({ width: Number(cells), depth: Number(rows) }) <= maxBytes;
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
    : clampTo(asked, LIMIT_FIELDS.threshold.min, LIMIT_FIELDS.threshold.max, formatBytes, warn);
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
