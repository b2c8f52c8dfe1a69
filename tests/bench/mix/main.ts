/** `deno task bench`: see HELP in options.ts. */
import { DEFAULT_CONGESTION_CONTROL } from "../../rig/pod.ts";
import { prepareTools } from "../../rig/tools.ts";
import { checkWritable } from "../../rig/arguments.ts";
import { checkSurroundings, print, runToEnd, say } from "../../rig/cli.ts";
import { describeMachine, findNatra, findPeer, machineLine } from "../places.ts";
import { shortRate } from "../rate.ts";
import { prepareContenders } from "./contenders.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { jsonReport } from "./report.ts";
import { type MixResult, type Run, runMix, secondsFor, WARMUP_SECONDS } from "./run_mix.ts";
import { drawMix } from "./table.ts";

/** About how long a measurement takes beside its traffic. */
const OVERHEAD_SECONDS = 2;

/** A mix that is meant for one cap only is run once, whatever the caps. */
function runsOf({ mixes, rates, rounds, seconds }: Options): Run[] {
  const runs = [...rates.keys()].flatMap((index) =>
    mixes.filter((mix) => mix.rate === null || index === 0).map((mix) => {
      const rate = mix.rate ?? rates[index]!;
      return { mix, rate, rounds, seconds: seconds ?? secondsFor(mix, rate, rounds) };
    })
  );
  return runs;
}

async function bench(options: Options): Promise<void> {
  await checkSurroundings();
  if (options.json) await checkWritable("json", options.json);
  const natra = await findNatra(options.natra);
  await using scratch = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "natra-bench-" });
  scratch.defer(() => Deno.remove(directory, { recursive: true }));

  const runs = runsOf(options);
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

  const results: MixResult[] = [];
  for (const run of runs) {
    const result = await runMix(run, contenders, tools, (round, { name }) => {
      say(`mix ${run.mix.number} at ${shortRate(run.rate)}, round ${round + 1} of ${run.rounds}: ${name}\n`);
    });
    results.push(result);
    print(`${drawMix(result)}\n`);
    // After each: an hour of figures must not hang on the last minute.
    if (options.json) await Deno.writeTextFile(options.json, jsonReport(commandOf(), machine, results));
  }
  const checks = results.flatMap((result) => result.checks);
  print(`${checks.filter(({ met }) => met).length} of ${checks.length} goals met`);
}

/** What repeats this run, without the paths that are nobody else's. */
function commandOf(): string {
  const args = Deno.args.join(" ").replaceAll(/ ?--(json|natra)[ =]\S+/g, "");
  return `deno task bench ${args}`.trim();
}

async function main(): Promise<void> {
  const options = parseOptions(Deno.args);
  if (options.help) print(HELP);
  else await bench(options);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
