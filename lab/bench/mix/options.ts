/** The command line of `deno task bench`. */
import { parseArgs } from "@std/cli/parse-args";
import { textOf, UsageError, wholeNumber } from "../../../tests/rig/arguments.ts";
import { readRates } from "../rate.ts";
import { type ContenderId, CONTENDERS, USUAL } from "./contenders.ts";
import { DISTANT, type Mix, MIXES } from "./mixes.ts";

/** What was asked for. */
export interface Options {
  readonly help: boolean;
  readonly mixes: readonly Mix[];
  /** The caps, in bits per second. */
  readonly rates: readonly number[];
  readonly rounds: number;
  /** Counted seconds of each measurement; null: enough for a thousand requests. */
  readonly seconds: number | null;
  readonly contenders: readonly ContenderId[];
  /** As lab/vm/kernels.ts has it; null: this machine's. */
  readonly kernel: string | null;
  /** File for all figures; null: none. */
  readonly json: string | null;
  /** Path of natra's executable. */
  readonly natra: string;
}

const LIST = MIXES.map(({ number, name }) => `  ${`${number}`.padStart(2)}  ${name}`).join("\n");

export const HELP = `Usage: deno task bench [--mix N[,N…]] [--rate RATE[,RATE…]] [--rounds N] [--json FILE] …

Holds a pod to a cap under mixes of traffic, without a limit, with natra and with the
bandwidth plugin in turns, and shows what arrives, how long small requests take beside
it, and which of natra's goals that meets.

  --mix N,…         the mixes to run (all)
  --rate RATE,…     the caps in bits per second, 1M to 10G (10M)
  --rounds N        measure everything N times, in turns; 1 to 100 (3)
  --seconds N       counted seconds of each measurement, 2 to 600 (enough for a
                    thousand requests over all rounds, 10 to 120)
  --contenders …    ${CONTENDERS.join(",")}
                    (all but xdp)
  --json FILE       write all figures to FILE, after each mix
  --natra FILE      natra's executable (build/natra)

The mixes:
${LIST}

Exit status: 0 measured, whether or not the goals were met; 1 failed; 2 bad usage.
`;

/** Where mixes are run, as far as the command line depends on it. */
export interface Place {
  /** Those that can be run there. */
  readonly mixes: readonly Mix[];
  readonly rounds: number;
  /** The kernel, where that can be chosen; null: this machine's. */
  readonly kernel: string | null;
}

const HERE: Place = { mixes: MIXES, rounds: 3, kernel: null };

/**
 * Reads the command line.
 *
 * @param args the arguments
 * @param place what is there unless something else is asked for
 * @returns what is asked for
 * @throws {UsageError} that quotes what cannot be obeyed
 */
export function parseOptions(args: readonly string[], place = HERE): Options {
  const given: Readonly<Record<string, unknown>> = parseArgs([...args], {
    string: [
      ...["mix", "rate", "rounds", "seconds", "contenders", "json", "natra"],
      ...(place.kernel === null ? [] : ["kernel"]),
    ],
    boolean: ["help"],
    default: {
      ...{ rate: "10M", rounds: `${place.rounds}`, natra: "build/natra", contenders: USUAL.join(",") },
      ...(place.kernel === null ? {} : { kernel: place.kernel }),
    },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  const mix = textOf(given, "mix");
  const seconds = textOf(given, "seconds");
  return {
    help: given["help"] === true,
    mixes: mixesOf(mix, place.mixes),
    rates: readRates("rate", textOf(given, "rate") ?? ""),
    rounds: wholeNumber("rounds", textOf(given, "rounds") ?? "", 1, 100),
    seconds: seconds === null ? null : wholeNumber("seconds", seconds, 2, 600),
    contenders: contendersOf(textOf(given, "contenders") ?? ""),
    kernel: textOf(given, "kernel"),
    json: textOf(given, "json"),
    natra: textOf(given, "natra") ?? "",
  };
}

/**
 * Finds mixes by their numbers.
 *
 * @param text numbers, separated by commas; null: all
 * @param known those that can be run here
 * @throws {UsageError} that quotes what is none of them
 */
function mixesOf(text: string | null, known: readonly Mix[]): readonly Mix[] {
  if (text === null) return known;
  return text.split(",").flatMap((one) => {
    const found = known.filter(({ number }) => `${number}` === one);
    if (found.length > 0) return found;
    const elsewhere = DISTANT.some(({ number }) => `${number}` === one)
      ? "; it needs netem: deno task bench:vm"
      : "";
    const numbers = [...new Set(known.map(({ number }) => number))].join(", ");
    throw new UsageError(`Bad value "${one}" for "--mix": want one of ${numbers}${elsewhere}`);
  });
}

/** @throws {UsageError} that quotes what is no contender */
function contendersOf(text: string): ContenderId[] {
  return text.split(",").map((one) => {
    const found = CONTENDERS.find((id) => id === one);
    if (found !== undefined) return found;
    throw new UsageError(`Bad value "${one}" for "--contenders": want one of ${CONTENDERS.join(", ")}`);
  });
}
