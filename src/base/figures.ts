/**
 * Short figures and times, shared by the command-line tool and the page; each formats the parts its own way.
 * Runs in browsers, too.
 */

const PREFIXES = ["", "k", "M", "G", "T", "P"] as const;

/** A figure of three digits, and how many times it was divided by 1000. */
export interface ShortFigure {
  /** `0`, `999`, `9.88`, `1.00`. */
  readonly digits: string;
  readonly prefix: (typeof PREFIXES)[number];
}

/**
 * Shortens a figure to three digits, by powers of 1000 as annotations use them. A negative figure becomes 0.
 */
export function shorten(figure: number): ShortFigure {
  let value = Math.max(0, figure), times = 0;
  while (value >= 999.5 && times < PREFIXES.length - 1) {
    value /= 1000;
    times++;
  }
  const decimals = times === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return { digits: value.toFixed(decimals), prefix: PREFIXES[times] ?? "" };
}

const SPANS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1000]] as const;

/** The two largest units of a time: `3d` and `4h`, `12m` and `5s`; only `0s` for less than a second. */
export function splitSpan(ms: number): string[] {
  const parts: string[] = [];
  let rest = Math.max(0, ms);
  for (const [unit, span] of SPANS) {
    const count = Math.floor(rest / span);
    rest -= count * span;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? ["0s"] : parts;
}
