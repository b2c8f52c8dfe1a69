/** The command line of `deno task test:clients`. */
import { parseArgs } from "@std/cli/parse-args";
import { textOf, UsageError, wholeNumber } from "../rig/arguments.ts";
import { type ClientName, CLIENTS } from "./clients.ts";

/** What was asked for. */
export interface Options {
  readonly help: boolean;
  readonly clients: readonly ClientName[];
  readonly together: number;
  readonly inARow: number;
  /** Path of natra's executable. */
  readonly natra: string;
}

export const HELP = `Usage: deno task test:clients [--together N] [--in-a-row N] [--natra FILE] [NAME...]

Has real clients of CNI call natra on a node of its own, kills them and natra half-way, changes
the list under them, and tells what went wrong because of natra and what it left behind.

  NAME           ${CLIENTS.join(", ")}; all of them
  --together N   pods at once, 0 to 250 (100)
  --in-a-row N   pods one after the other, 0 to 1000 (200)
  --natra FILE   natra's executable (build/natra)

The first use of a client downloads or builds it; a kubelet takes minutes.
Exit status: 0 all is well, or what is missing was said; 1 it is not; 2 bad usage.
`;

/**
 * Reads the command line.
 *
 * @param args the arguments
 * @returns what is asked for
 * @throws {UsageError} that quotes what cannot be obeyed
 */
export function parseOptions(args: readonly string[]): Options {
  const given: Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] } = parseArgs([
    ...args,
  ], {
    string: ["_", "together", "in-a-row", "natra"],
    boolean: ["help"],
    default: { together: "100", "in-a-row": "200", natra: "build/natra" },
    unknown: (argument: string): boolean => {
      if (!argument.startsWith("-")) return true;
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  const names = given._.map((name) => {
    const client = CLIENTS.find((known) => known === name);
    if (client !== undefined) return client;
    throw new UsageError(`Unknown client "${name}": it is one of ${CLIENTS.join(", ")}`);
  });
  return {
    help: given["help"] === true,
    clients: names.length === 0 ? CLIENTS : names,
    together: wholeNumber("together", textOf(given, "together") ?? "", 0, 250),
    inARow: wholeNumber("in-a-row", textOf(given, "in-a-row") ?? "", 0, 1000),
    natra: textOf(given, "natra") ?? "",
  };
}
