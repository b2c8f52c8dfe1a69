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

const SPANS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const;

/** An age for people, in its two largest units: `3d4h`, `12m5s`, `0s`. @param ms Milliseconds. */
export function formatAge(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, ms);
  for (const [unit, span] of SPANS) {
    const count = Math.floor(rest / span);
    rest -= count * span;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join("") || "0s";
}

/** A part of a whole for people: `0%`, `12%`. */
export function formatPercent(part: bigint, whole: bigint): string {
  return whole === 0n ? "0%" : `${(Number(part) * 100 / Number(whole)).toFixed(0)}%`;
}

const RATE_UNITS = ["", "k", "M", "G", "T", "P"];

/** A measured rate for people, to three digits: `0`, `999`, `9.88M`, `1.00G`. @param bits Bits per second. */
export function formatMeasured(bits: number): string {
  let value = Math.max(0, bits), unit = 0;
  while (value >= 999.5 && unit < RATE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)}${RATE_UNITS[unit]}`;
}
