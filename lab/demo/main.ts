/** The demo: see HELP in options.ts. Figures go to stdout, everything else to stderr. */
import { dirname } from "node:path";
import { checkWritable } from "../../tests/rig/arguments.ts";
import { checkSurroundings, print, runToEnd, say } from "../../tests/rig/cli.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../../tests/rig/pod.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { drawPicture } from "./picture.ts";
import { Progress } from "./progress.ts";
import { formatRate } from "./rate.ts";
import { jsonReport } from "./report.ts";
import { demoRows } from "./rows.ts";
import { type DemoResult, OVERHEAD_SECONDS, type Places, runDemo, WARMUP_SECONDS } from "./run_demo.ts";
import type { RowSummary } from "./summary.ts";
import { drawTable } from "./table.ts";
import { judge } from "./verdict.ts";

const secondsEach = (options: Options): number => WARMUP_SECONDS + options.seconds + OVERHEAD_SECONDS;

function planOf(options: Options): string {
  const { rate, rounds, seconds } = options;
  const rows = demoRows(rate).all;
  const minutes = Math.ceil(rows.length * rounds * secondsEach(options) / 60);
  const cap = formatRate(rate);
  return [
    `natra demo: a pod limited to ${cap} in each direction`,
    `${rows.length} rows × ${rounds} rounds × (${WARMUP_SECONDS} + ${seconds}) s: about ${minutes} min`,
    `TCP congestion control ${DEFAULT_CONGESTION_CONTROL}; kernel ${Deno.osRelease()}, ${navigator.hardwareConcurrency} CPUs`,
  ].join("\n");
}

function cacheDirectory(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.cache`;
  return Deno.env.get("NATRA_CACHE") ?? `${base}/natra`;
}

async function demo(options: Options): Promise<number> {
  say(`${planOf(options)}\n`);
  await checkSurroundings();
  await using scratch = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "natra-demo-" });
  scratch.defer(() => Deno.remove(directory, { recursive: true }));
  const places = {
    tools: `${dirname(options.natra)}/rig`,
    cache: cacheDirectory(),
    log: `${directory}/natra.log`,
  };
  const rows = demoRows(options.rate);
  const { results, rounds } = await runWithProgress(options, places);

  // Only the peer may be skipped.
  const measured = results.filter((result): result is RowSummary => result.skipped === null);
  const base = measured[rows.all.indexOf(rows.base)]!;
  const natra = measured[rows.all.indexOf(rows.natra)]!;
  const verdict = judge(options.rate, base, natra, results[rows.all.indexOf(rows.bandwidth)]!);
  print(`\n${drawTable(results, base)}\n`);
  print(
    `Medians over rounds (${options.rounds}), the least and the greatest below. Throughput in wire bytes at the receiver;`,
  );
  print(
    `requests on fresh connections, timed from the moment they were due; congestion control ${DEFAULT_CONGESTION_CONTROL}.\n`,
  );
  print(`${drawPicture(results)}\n`);
  print(verdict.sentence);
  if (!verdict.met) print(`\nThe promise was missed: ${verdict.missed.join("; ")}.`);
  if (options.json) await Deno.writeTextFile(options.json, jsonReport(options, results, rounds, verdict));
  return verdict.met ? 0 : 1;
}

async function runWithProgress(options: Options, places: Places): Promise<DemoResult> {
  const total = demoRows(options.rate).all.length * options.rounds;
  using progress = new Progress(total, secondsEach(options), Deno.stderr.isTerminal(), say);
  return await runDemo(options, places, progress);
}

async function main(): Promise<number> {
  const options = parseOptions(Deno.args);
  if (options.help) {
    print(HELP.trimEnd());
    return 0;
  }
  if (options.json) await checkWritable("json", options.json);
  if (!options.plan) return await demo(options);
  print(planOf(options));
  return 0;
}

if (import.meta.main) Deno.exit(await runToEnd(main));
