/**
 * What natra's programs cost a packet, in ns above a program that does nothing, by BPF_PROG_RUN on the object
 * in build/.
 *
 * @module
 */
import { print, runProgram, say } from "../../../tests/rig/cli.ts";
import { JSON_FILE, type Program, type Values, wholeNumber } from "../../../tests/rig/options.ts";
import { CASES, GROUPS } from "./cases.ts";
import { measure, measureClock } from "./measure.ts";
import { drawTable, GOAL, medianAbove } from "./table.ts";

const OPTIONS = {
  repeat: wholeNumber({
    about: "packets of one measurement",
    ...{ min: 1000, max: 10_000_000, default: 200_000 },
  }),
  rounds: wholeNumber({ about: "measure everything N times, in turns", min: 1, max: 100, default: 7 }),
  json: JSON_FILE,
};

const PACKET: Program<typeof OPTIONS> = {
  command: "deno task bench:packet",
  about: "Prints what natra's programs cost a packet, in ns above a program that does nothing.",
  options: OPTIONS,
  notes: `Rows in brackets are in none of the medians that the goal is about. Needs root and a build.
Exit status: 0 the goal is met, 1 it is not, 2 bad usage.`,
};

function benchPacket({ repeat, rounds, json }: Values<typeof OPTIONS>): number {
  const results = measure(CASES, { repeat, rounds }, (round) => say(`round ${round} of ${rounds}\n`));
  const clock = measureClock({ repeat, rounds });
  const medians = GROUPS.map((group) => ({ group, median: medianAbove(results, group) }));
  print(drawTable(results));
  print(`reading the clock, which every row does: ${clock.median} ns above empty`);
  for (const { group, median } of medians) {
    print(`a pod ${group}: ${median} ns above empty at the median; goal: at most ${GOAL} ns`);
  }
  if (json !== null) {
    const rows = results.map(({ case: { name, group }, empty, above }) => ({ name, group, empty, above }));
    Deno.writeTextFileSync(
      json,
      JSON.stringify({ repeat, rounds, medians, goal: GOAL, clock, rows }, null, 2),
    );
  }
  return medians.every(({ median }) => median <= GOAL) ? 0 : 1;
}

if (import.meta.main) {
  Deno.exit(await runProgram(PACKET, ({ options }) => Promise.resolve(benchPacket(options))));
}
