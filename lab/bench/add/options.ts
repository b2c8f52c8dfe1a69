/** The command line of `deno task bench:add`. */
import { parseArgs } from "@std/cli/parse-args";
import { textOf, UsageError, wholeNumber } from "../../../tests/rig/arguments.ts";

/** What was asked for. */
export interface Options {
  readonly help: boolean;
  readonly rounds: number;
  /** File for all figures; null: none. */
  readonly json: string | null;
  /** Path of natra's executable. */
  readonly natra: string;
}

export const HELP = `Usage: deno task bench:add [--rounds N] [--json FILE] [--natra FILE]

What an ADD costs a pod's start: time and memory of the whole process, from before its
fork until it is reaped, for an empty program on the same runtime, natra without a limit,
natra with clsact and with tcx, and the bandwidth plugin, in turns, each on a fresh pod.

  --rounds N     rounds after the warm-up, 1 to 1000 (30)
  --json FILE    write all figures to FILE
  --natra FILE   natra's executable (build/natra)

Exit status: 0 measured, whether or not the goals were met; 1 failed; 2 bad usage.
`;

/**
 * Reads the command line.
 *
 * @param args the arguments
 * @returns what is asked for
 * @throws {UsageError} that quotes what cannot be obeyed
 */
export function parseOptions(args: readonly string[]): Options {
  const given: Readonly<Record<string, unknown>> = parseArgs([...args], {
    string: ["rounds", "json", "natra"],
    boolean: ["help"],
    default: { rounds: "30", natra: "build/natra" },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  return {
    help: given["help"] === true,
    rounds: wholeNumber("rounds", textOf(given, "rounds") ?? "", 1, 1000),
    json: textOf(given, "json"),
    natra: textOf(given, "natra") ?? "",
  };
}
