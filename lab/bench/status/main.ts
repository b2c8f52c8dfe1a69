/** `deno task bench:status`: see HELP in options.ts. */
import Table from "cli-table3";
import { checkWritable } from "../../../tests/rig/arguments.ts";
import { checkSurroundings, print, runToEnd } from "../../../tests/rig/cli.ts";
import { preparePrograms } from "../add/programs.ts";
import { checkLine, figure } from "../check.ts";
import { describeMachine, findNatra, machineLine } from "../places.ts";
import { HELP, parseOptions } from "./options.ts";
import { judge, runStatus, summarizeTimes, type Took } from "./run_status.ts";

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

async function main(): Promise<void> {
  const options = parseOptions(Deno.args);
  if (options.help) return print(HELP);
  await checkSurroundings();
  if (options.json) await checkWritable("json", options.json);
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

if (import.meta.main) Deno.exit(await runToEnd(main));
