/** The demo's command line. */
import { textOf, UsageError, wholeNumber } from "../../tests/rig/arguments.ts";
import { parseArgs } from "@std/cli/parse-args";
import { parseRate } from "./rate.ts";

/** What the demo was asked for. */
export interface Options {
  readonly help: boolean;
  /** Say what would be measured, and stop. */
  readonly plan: boolean;
  /** The cap, in bits per second. */
  readonly rate: number;
  readonly rounds: number;
  /** Counted seconds of each measurement. */
  readonly seconds: number;
  /** File for all figures; null: none. */
  readonly json: string | null;
  /** Path of natra's executable. */
  readonly natra: string;
}

export const HELP = `Usage: scripts/demo.sh [--rate RATE] [--rounds N] [--seconds N] [--json FILE]

Limits a pod made of network namespaces, fills its limit in both directions with one
TCP stream each, sends it small requests meanwhile, and shows what arrives and how
long the requests take: without a limit, with natra, with the bandwidth plugin.

  --rate RATE    the limit in bits per second, 1M to 10G (10M)
  --rounds N     measure everything N times, interleaved; 1 to 100 (3)
  --seconds N    counted seconds of each measurement, 5 to 120 (12)
  --json FILE    write all figures to FILE
  --natra FILE   natra's executable (build/natra)
  --plan         say what would be measured, and stop
  --help         show this text

Exit status: 0 natra kept its promise, 1 it did not or the demo failed, 2 bad usage.
`;

/**
 * Reads the demo's command line.
 *
 * @param args the arguments
 * @returns what is asked for
 * @throws {UsageError} that quotes what cannot be obeyed
 */
export function parseOptions(args: readonly string[]): Options {
  const given: Readonly<Record<string, unknown>> = parseArgs([...args], {
    string: ["rate", "rounds", "seconds", "json", "natra"],
    boolean: ["help", "plan"],
    alias: { help: "h" },
    default: { rate: "10M", rounds: "3", seconds: "12", natra: "build/natra" },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  return {
    help: given["help"] === true,
    plan: given["plan"] === true,
    rate: rateIn(textOf(given, "rate") ?? ""),
    rounds: wholeNumber("rounds", textOf(given, "rounds") ?? "", 1, 100),
    seconds: wholeNumber("seconds", textOf(given, "seconds") ?? "", 5, 120),
    json: textOf(given, "json"),
    natra: textOf(given, "natra") ?? "",
  };
}

function rateIn(text: string): number {
  const rate = parseRate(text);
  if (rate !== null && rate >= 1e6 && rate <= 10e9) return rate;
  throw new UsageError(`Bad value "${text}" for "--rate": want bits per second from 1M to 10G, such as 10M`);
}
