/** The demo: see HELP in options.ts. Figures go to stdout, everything else to stderr. */
import { dirname } from "node:path";
import { Interrupted, interruption, stopOnSignals } from "../rig/interruption.ts";
import { sweepNamespaces } from "../rig/namespace.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../rig/pod.ts";
import { RigError } from "../rig/run.ts";
import { HELP, type Options, parseOptions, UsageError } from "./options.ts";
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

function print(text: string): void {
  write(Deno.stdout, `${text}\n`);
}

function say(text: string): void {
  write(Deno.stderr, text);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
}

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

async function checkSurroundings(options: Options): Promise<void> {
  if (Deno.uid() !== 0) throw new RigError("Failed to make network namespaces: root is needed");
  // Better now than after minutes of measuring.
  const directory = options.json && await Deno.stat(dirname(options.json)).catch(() => null);
  if (options.json && !(directory && directory.isDirectory)) {
    throw new UsageError(`Bad value "${options.json}" for "--json": its directory does not exist`);
  }
}

async function demo(options: Options): Promise<number> {
  say(`${planOf(options)}\n`);
  for (const name of await sweepNamespaces()) {
    say(`removed "${name}", left behind by a run that was killed\n`);
  }
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
  using _signals = stopOnSignals();
  try {
    const options = parseOptions(Deno.args);
    if (options.help) {
      write(Deno.stdout, HELP);
      return 0;
    }
    await checkSurroundings(options);
    if (!options.plan) return await demo(options);
    print(planOf(options));
    return 0;
  } catch (error) {
    // Once told to stop, whatever else went wrong on the way out is a consequence.
    if (interruption.reason instanceof Interrupted) {
      say(`${interruption.reason.message}; everything is removed\n`);
      return interruption.reason.exitCode;
    }
    if (error instanceof UsageError) {
      say(`${error.message}\nTry "--help"\n`);
      return 2;
    }
    if (!(error instanceof Error)) throw error;
    say(`${error instanceof RigError ? error.message : error.stack}\n`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
