/** `deno task bench`: see HELP in options.ts. */
import { DEFAULT_CONGESTION_CONTROL } from "../../../tests/rig/pod.ts";
import { prepareTools, type Tools } from "../../../tests/rig/tools.ts";
import { checkWritable } from "../../../tests/rig/arguments.ts";
import { checkSurroundings, print, runToEnd, say } from "../../../tests/rig/cli.ts";
import { describeMachine, findNatra, findPeer, machineLine } from "../places.ts";
import { shortRate } from "../rate.ts";
import { type Contender, prepareContenders } from "./contenders.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { type MixResult, type Run, runMix, secondsFor, WARMUP_SECONDS } from "./run_mix.ts";
import { runsOf, showResults } from "./session.ts";

/** About how long a measurement takes beside its traffic. */
const OVERHEAD_SECONDS = 2;

async function bench(options: Options): Promise<void> {
  await checkSurroundings();
  if (options.json) await checkWritable("json", options.json);
  const natra = await findNatra(options.natra);
  await using scratch = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "natra-bench-" });
  scratch.defer(() => Deno.remove(directory, { recursive: true }));

  const runs = runsOf(options, secondsFor);
  const { contenders, missing } = await prepareContenders(
    options.contenders,
    { natra, log: `${directory}/natra.log`, bandwidth: findPeer },
  );
  for (const reason of missing) say(`skipped: ${reason}\n`);
  const longest = Math.max(...runs.map(({ seconds }) => seconds));
  const tools = await prepareTools({
    directory: new URL("../../../build/rig", import.meta.url).pathname,
    meterSeconds: WARMUP_SECONDS + longest + OVERHEAD_SECONDS,
  });
  const each = (run: Run): number => run.seconds + WARMUP_SECONDS + OVERHEAD_SECONDS;
  const minutes = runs.reduce((sum, run) => sum + run.rounds * contenders.length * each(run), 0) / 60;
  say(`${runs.length} mixes, about ${Math.ceil(minutes)} min\n`);
  const machine = describeMachine();
  print(`${machineLine(machine)}; congestion control ${DEFAULT_CONGESTION_CONTROL}\n`);

  await showResults("bench", machine, options.json, measureAll(runs, contenders, tools));
}

async function* measureAll(
  runs: readonly Run[],
  contenders: readonly Contender[],
  tools: Tools,
): AsyncGenerator<MixResult> {
  for (const run of runs) {
    yield await runMix(run, contenders, tools, (round, { name }) => {
      say(`mix ${run.mix.number} at ${shortRate(run.rate)}, round ${round + 1} of ${run.rounds}: ${name}\n`);
    });
  }
}

async function main(): Promise<void> {
  const options = parseOptions(Deno.args);
  if (options.help) print(HELP);
  else await bench(options);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
