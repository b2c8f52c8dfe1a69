/** Figures for people. Powers of 1000, as the annotation has them. */

const PREFIXES = ["", "k", "M", "G", "T", "P"] as const;

function scaled(value: number, unit: string): string {
  let rest = Math.max(0, value);
  let prefix = 0;
  while (rest >= 999.5 && prefix < PREFIXES.length - 1) {
    rest /= 1000;
    prefix++;
  }
  const digits = rest === 0 || rest >= 99.95 || prefix === 0 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${Number(rest.toFixed(digits))} ${PREFIXES[prefix]}${unit}`;
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

const SPANS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const;

/** A time in its two largest units: `3d 4h`, `12m 5s`, `0s`. @param ms Milliseconds. */
export function formatSpan(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, ms);
  for (const [unit, span] of SPANS) {
    const count = Math.floor(rest / span);
    rest -= count * span;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0s";
}
