/** Rates as people write and read them. */
import { UsageError } from "../../tests/rig/arguments.ts";

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/**
 * Reads a list of rates such as "10M,1G".
 *
 * @param name the option, for the error
 * @param text rates from 1M to 10G, separated by commas
 * @returns bits per second
 * @throws {UsageError} that quotes what is no such rate
 */
export function readRates(name: string, text: string): number[] {
  return text.split(",").map((one) => {
    const match = /^([0-9]{1,12})([kMG]?)$/.exec(one);
    const rate = match ? Number(match[1]) * UNITS[match[2]!]! : NaN;
    if (rate >= 1e6 && rate <= 10e9) return rate;
    throw new UsageError(
      `Bad value "${one}" for "--${name}": want bits per second from 1M to 10G, such as 10M`,
    );
  });
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
