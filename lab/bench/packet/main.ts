/**
 * What natra's programs cost a packet, in ns above a program that does nothing, by BPF_PROG_RUN on the object in build/.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { report } from "../../../scripts/build/run.ts";
import { CASES, GROUPS } from "./cases.ts";
import { measure, measureClock } from "./measure.ts";
import { drawTable, GOAL, medianAbove } from "./table.ts";

const HELP = `Usage: deno task bench:packet [--repeat N] [--rounds N] [--json FILE]

Prints what natra's programs cost a packet, in ns above a program that does nothing.

  --repeat N   packets of one measurement, 1000 to 10000000 (200000)
  --rounds N   measure everything N times, in turns; 1 to 100 (7)
  --json FILE  write all figures to FILE

Rows in brackets are in none of the medians that the goal is about. Needs root and a build.
Exit status: 0 the goal is met, 1 it is not, 2 bad usage.
`;

function main(): number {
  const args = parseArgs(Deno.args, {
    string: ["repeat", "rounds", "json"],
    boolean: ["help"],
    default: { repeat: "200000", rounds: "7" },
  });
  if (args.help) {
    report(HELP.trimEnd());
    return 0;
  }
  const repeat = Number(args.repeat), rounds = Number(args.rounds);
  if (!(Number.isInteger(repeat) && repeat >= 1000 && repeat <= 10_000_000)) {
    return misused(`Cannot use --repeat "${args.repeat}": it must be 1000 to 10000000`);
  }
  if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100)) {
    return misused(`Cannot use --rounds "${args.rounds}": it must be 1 to 100`);
  }
  const results = measure(CASES, { repeat, rounds }, (round) => report(`round ${round} of ${rounds}`));
  const clock = measureClock({ repeat, rounds });
  const medians = GROUPS.map((group) => ({ group, median: medianAbove(results, group) }));
  report(drawTable(results));
  report(`reading the clock, which every row does: ${clock.median} ns above empty`);
  for (const { group, median } of medians) {
    report(`a pod ${group}: ${median} ns above empty at the median; goal: at most ${GOAL} ns`);
  }
  if (args.json !== undefined) {
    const rows = results.map(({ case: { name, group }, empty, above }) => ({ name, group, empty, above }));
    Deno.writeTextFileSync(
      args.json,
      JSON.stringify({ repeat, rounds, medians, goal: GOAL, clock, rows }, null, 2),
    );
  }
  return medians.every(({ median }) => median <= GOAL) ? 0 : 1;
}

function misused(message: string): number {
  report(message);
  return 2;
}

if (import.meta.main) Deno.exit(main());
