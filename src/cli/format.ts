import { shorten, splitSpan } from "../base/figures.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** A size for people: `0 B`, `999 B`, `1.5 kB`, `12 MB`. Powers of 1000, as rates have them. */
export function formatBytes(bytes: bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** An age for people, in its two largest units: `3d4h`, `12m5s`, `0s`. @param ms Milliseconds. */
export function formatAge(ms: number): string {
  return splitSpan(ms).join("");
}

/** A part of a whole for people: `0%`, `12%`. */
export function formatPercent(part: bigint, whole: bigint): string {
  return whole === 0n ? "0%" : `${(Number(part) * 100 / Number(whole)).toFixed(0)}%`;
}

/** A measured rate for people, to three digits: `0`, `999`, `9.88M`, `1.00G`. @param bits Bits per second. */
export function formatMeasured(bits: number): string {
  const { digits, prefix } = shorten(bits);
  return `${digits}${prefix}`;
}
