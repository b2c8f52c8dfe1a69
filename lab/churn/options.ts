/** The command line of `deno task test:churn`. */
import { parseArgs } from "@std/cli/parse-args";
import { textOf, UsageError, wholeNumber } from "../../tests/rig/arguments.ts";
import type { ChurnOptions } from "./churn.ts";

/** What was asked for. */
export interface Options extends ChurnOptions {
  readonly help: boolean;
  /** File for the whole report; null: none. */
  readonly json: string | null;
}

export const HELP =
  `Usage: deno task test:churn [--pods N] [--workers W] [--seed S] [--json FILE] [--natra FILE]

Adds and deletes pods on a node of its own, kills one call in ten at a random moment, never sends
one DEL in twenty, reconciles once, and tells what is left: nothing of natra's may be, and
everything of others must.

  --pods N       how many pods live and die, 1 to 60000 (1000)
  --workers W    how many at a time, 1 to 64 (8)
  --seed S       decides what is killed and forgotten, 0 to 999999 (1)
  --json FILE    write the whole report to FILE
  --natra FILE   natra's executable (build/natra)

Exit status: 0 all is well; 1 it is not; 2 bad usage.
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
    string: ["pods", "workers", "seed", "json", "natra"],
    boolean: ["help"],
    default: { pods: "1000", workers: "8", seed: "1", natra: "build/natra" },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  return {
    help: given["help"] === true,
    pods: wholeNumber("pods", textOf(given, "pods") ?? "", 1, 60000),
    workers: wholeNumber("workers", textOf(given, "workers") ?? "", 1, 64),
    seed: wholeNumber("seed", textOf(given, "seed") ?? "", 0, 999999),
    json: textOf(given, "json"),
    natra: textOf(given, "natra") ?? "",
  };
}
