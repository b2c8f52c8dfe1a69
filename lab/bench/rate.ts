/** Rates as people write and read them. */
import { badValue, type Option } from "../../tests/rig/options.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };
const MIN_RATE = 1e6;
const MAX_RATE = 10e9;

/**
 * Reads a rate such as "10M".
 *
 * @param text digits, perhaps a fraction, perhaps k, M or G
 * @returns bits per second, or null if the text is not a rate
 */
export function parseRate(text: string): number | null {
  const match = /^([0-9]{1,12}(?:\.[0-9]{1,9})?)([kMG]?)$/.exec(text);
  return match && Math.round(Number(match[1]) * UNITS[match[2]!]!);
}

/** Writes a rate to three digits, such as "10 Mbit/s" or "23.8 Gbit/s". @param rate bits per second */
export function formatRate(rate: number): string {
  const [unit, size] = rate >= 999.5e6
    ? ["Gbit/s", 1e9]
    : rate >= 999.5e3
    ? ["Mbit/s", 1e6]
    : ["kbit/s", 1e3];
  return `${Number((rate / Number(size)).toPrecision(3))} ${unit}`;
}

/** Writes a rate as an annotation has it, such as "10M". @param rate bits per second */
export function shortRate(rate: number): string {
  const unit = ["G", "M", "k"].find((name) => rate % UNITS[name]! === 0) ?? "";
  return `${rate / UNITS[unit]!}${unit}`;
}

/** `--rate RATE`: the cap, in bits per second. */
export const RATE: Option<number> = {
  ...{ value: "RATE", about: "the cap in bits per second, 1M to 10G", shownDefault: "10M" },
  read: (given, name) => readRate(given ?? "10M", name),
};

/** `--rate RATE,…`: several caps. */
export const RATES: Option<readonly number[]> = {
  ...{ value: "RATE,…", about: "the caps in bits per second, 1M to 10G", shownDefault: "10M" },
  read: (given, name) => (given ?? "10M").split(",").map((one) => readRate(one, name)),
};

function readRate(text: string, name: string): number {
  const rate = parseRate(text);
  if (rate !== null && rate >= MIN_RATE && rate <= MAX_RATE) return rate;
  throw badValue(text, name, "bits per second from 1M to 10G, such as 10M");
}
