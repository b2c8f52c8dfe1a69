/** `deno task bench`: the command line is declared in options.ts. */
import { runProgram, say } from "../../../tests/rig/cli.ts";
import { prepareHere, secondsOf } from "./here.ts";
import { HERE, type MixOptions } from "./options.ts";
import { secondsFor } from "./run_mix.ts";
import { runsOf, showResults } from "./session.ts";

async function bench(options: MixOptions): Promise<void> {
  const runs = runsOf(options, secondsFor);
  const { contenders, natra, json } = options;
  const seconds = runs.reduce((sum, run) => sum + run.rounds * contenders.length * secondsOf(run), 0);
  say(`${runs.length} mixes, about ${Math.ceil(seconds / 60)} min\n`);
  await using here = await prepareHere({ runs, contenders, natra });
  await showResults(HERE.command, here.machine, json, here.results());
}

if (import.meta.main) Deno.exit(await runProgram(HERE, ({ options }) => bench(options)));
