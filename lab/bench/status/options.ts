/** The command line of `deno task bench:status`. */
import { parseArgs } from "@std/cli/parse-args";
import { textOf, UsageError, wholeNumber } from "../../../tests/rig/arguments.ts";

/** What was asked for. */
export interface Options {
  readonly help: boolean;
  readonly pods: number;
  readonly flows: number;
  readonly rounds: number;
  /** File for all figures; null: none. */
  readonly json: string | null;
  /** Path of natra's executable. */
  readonly natra: string;
}

export const HELP =
  `Usage: deno task bench:status [--pods N] [--flows N] [--rounds N] [--json FILE] [--natra FILE]

What the node's tool takes to look at many pods: real ones, with a veth and a namespace
each, added one by one, and with as many heavy flows each way as a map can be told of.
The time is that of the whole process, above that of an empty program on the same runtime.

  --pods N       pods that are limited both ways, 1 to 2000 (1000)
  --flows N      heavy flows of each direction, 0 to 128 (100)
  --rounds N     rounds after the warm-up, 1 to 100 (10)
  --json FILE    write all figures to FILE
  --natra FILE   natra's executable (build/natra)

Exit status: 0 measured, whether or not the goal was met; 1 failed; 2 bad usage.
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
    string: ["pods", "flows", "rounds", "json", "natra"],
    boolean: ["help"],
    default: { pods: "1000", flows: "100", rounds: "10", natra: "build/natra" },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  const number = (name: string, least: number, most: number): number =>
    wholeNumber(name, textOf(given, name) ?? "", least, most);
  return {
    help: given["help"] === true,
    pods: number("pods", 1, 2000),
    flows: number("flows", 0, 128),
    rounds: number("rounds", 1, 100),
    json: textOf(given, "json"),
    natra: textOf(given, "natra") ?? "",
  };
}
