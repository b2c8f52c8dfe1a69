/** Formats figures, by powers of 1000 as annotations use them. */
import { shorten, splitSpan } from "../../../base/figures.ts";

function scaled(value: number, unit: string): string {
  const { digits, prefix } = shorten(value);
  return `${Number(digits)} ${prefix}${unit}`;
}

/** A rate: `9.94 Mbit/s`. @param bits Bits a second. */
export function formatRate(bits: number): string {
  return scaled(bits, "bit/s");
}

/** A size: `1.5 kB`. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, "B");
}

/** A part of a whole, in percent: `99 %`. */
export function formatShare(part: number, whole: number): string {
  return whole <= 0 ? "" : `${Math.round(part * 100 / whole)} %`;
}

/** A time in its two largest units: `3d 4h`, `12m 5s`, `0s`. */
export function formatSpan(ms: number): string {
  return splitSpan(ms).join(" ");
}
