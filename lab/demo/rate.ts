/** Rates as people write and read them. */

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/**
 * Reads a rate such as "10M".
 *
 * @param text digits, perhaps a fraction, perhaps k, M or G
 * @returns bits per second, or null if the text is no rate
 */
export function parseRate(text: string): number | null {
  const match = /^([0-9]{1,12}(?:\.[0-9]{1,9})?)([kMG]?)$/.exec(text);
  return match && Math.round(Number(match[1]) * UNITS[match[2]!]!);
}

/**
 * Writes a rate to three digits.
 *
 * @param rate bits per second
 * @returns such as "10 Mbit/s" or "23.8 Gbit/s"
 */
export function formatRate(rate: number): string {
  const [unit, size] = rate >= 999.5e6
    ? ["Gbit/s", 1e9]
    : rate >= 999.5e3
    ? ["Mbit/s", 1e6]
    : ["kbit/s", 1e3];
  return `${Number((rate / Number(size)).toPrecision(3))} ${unit}`;
}

/**
 * Writes a rate as an annotation has it.
 *
 * @param rate bits per second
 * @returns such as "10M"
 */
export function shortRate(rate: number): string {
  const unit = ["G", "M", "k"].find((name) => rate % UNITS[name]! === 0) ?? "";
  return `${rate / UNITS[unit]!}${unit}`;
}
