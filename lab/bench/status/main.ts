/** `deno task bench:status`. */
import Table from "cli-table3";
import { checkSurroundings, print, runProgram } from "../../../tests/rig/cli.ts";
import { JSON_FILE, NATRA_FILE, type Program, type Values, wholeNumber } from "../../../tests/rig/options.ts";
import { preparePrograms } from "../add/programs.ts";
import { checkLine, figure } from "../check.ts";
import { describeMachine, findNatra, machineLine } from "../../../tests/rig/places.ts";
import { judge, runStatus, summarizeTimes, type Took } from "./run_status.ts";

const OPTIONS = {
  pods: wholeNumber({ about: "pods that are limited both ways", min: 1, max: 2000, default: 1000 }),
  flows: wholeNumber({ about: "heavy flows of each direction", min: 0, max: 128, default: 100 }),
  rounds: wholeNumber({ about: "rounds after the warm-up", min: 1, max: 100, default: 10 }),
  json: JSON_FILE,
  natra: NATRA_FILE,
};

const BENCH_STATUS: Program<typeof OPTIONS> = {
  command: "deno task bench:status",
  about: `What the node's tool takes to look at many pods: real ones, with a veth and a namespace
each, added one by one, and with as many heavy flows each way as a map can be told of.
The time is that of the whole process, above that of an empty program on the same runtime.`,
  options: OPTIONS,
  notes: "Exit status: 0 measured, whether or not the goal was met; 1 failed; 2 bad usage.",
};

function drawTook(all: readonly Took[]): string {
  const head = [
    "whole process",
    "ms\nmin",
    "ms\nmedian",
    "above empty\nmedian ms",
    "above empty\nmax ms",
    "CPU above\nmedian ms",
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { name, wall, above, cpuAbove } of all) {
    table.push([name, ...[wall.min, wall.median, above.median, above.max, cpuAbove.median].map(figure)]);
  }
  return table.toString();
}

async function benchStatus(options: Values<typeof OPTIONS>): Promise<void> {
  await checkSurroundings();
  const { pods, flows, rounds } = options;
  const natra = await findNatra(options.natra);
  const { empty } = await preparePrograms();
  const machine = describeMachine();
  const times = await runStatus({ natra, empty, pods, flows, rounds });
  const took = summarizeTimes(times);
  print(`${machineLine(machine)}; ${pods} pods, ${flows} heavy flows each way, ${rounds} rounds in turns\n`);
  print(drawTook(took));
  print(`\n${checkLine(judge(took))}`);
  if (options.json) {
    await Deno.writeTextFile(options.json, `${JSON.stringify({ machine, pods, flows, times }, null, 2)}\n`);
  }
}

if (import.meta.main) Deno.exit(await runProgram(BENCH_STATUS, ({ options }) => benchStatus(options)));
