/** The demo: mix 1 of the benchmark, shown to a person. Figures go to stdout, everything else to stderr. */
import { print, runProgram, say } from "../../../tests/rig/cli.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../../../tests/rig/pod.ts";
import {
  flag,
  JSON_FILE,
  NATRA_FILE,
  type Program,
  UsageError,
  type Values,
  wholeNumber,
} from "../../../tests/rig/options.ts";
import { checkLine, countMet } from "../check.ts";
import { formatRate, RATE } from "../rate.ts";
import { SHOWN } from "./contenders.ts";
import { prepareHere, secondsOf } from "./here.ts";
import { REQUEST_BYTES, requestsPerSecond } from "./load.ts";
import { MIXES } from "./mixes.ts";
import { drawPicture } from "./picture.ts";
import { jsonReport } from "./report.ts";
import { type MixResult, type Run, WARMUP_SECONDS } from "./run_mix.ts";
import { commandOf } from "./session.ts";
import { drawTable, notesOn, titleOf } from "./table.ts";
import { verdictOn } from "./verdict.ts";

/** The products of this project. Only natra has a demo. */
const PRODUCTS = ["natra", "pona", "patronus"];

const OPTIONS = {
  rate: RATE,
  rounds: wholeNumber({ about: "measure everything N times, in turns", min: 1, max: 100, default: 3 }),
  seconds: wholeNumber({ about: "counted seconds of each measurement", min: 5, max: 120, default: 12 }),
  json: JSON_FILE,
  natra: NATRA_FILE,
  plan: flag("say what would be measured, and stop"),
};

const DEMO: Program<typeof OPTIONS> = {
  command: "scripts/demo.sh",
  about: `Limits a pod made of network namespaces, fills its limit in both directions with one
TCP stream each, sends it small requests meanwhile, and shows what arrives and how
long the requests take: without a limit, with natra, with the bandwidth plugin.`,
  options: OPTIONS,
  words: { name: "[PRODUCT]", about: "whose demo: natra (the default); pona and patronus have none yet" },
  notes: "Exit status: 0 natra kept its promise, 1 it did not or the demo failed, 2 bad usage.",
};

function runOf({ rate, rounds, seconds }: Values<typeof OPTIONS>): Run {
  const [mix] = MIXES;
  if (mix?.number !== 1) throw new RangeError("Failed to find mix 1: it is not the first");
  return { mix, rate, rounds, seconds };
}

function planOf(run: Run): string {
  const { rate, rounds, seconds } = run;
  const minutes = Math.ceil(SHOWN.length * rounds * secondsOf(run) / 60);
  return [
    `natra demo: a pod limited to ${formatRate(rate)} in each direction`,
    `${SHOWN.length} rows × ${rounds} rounds × (${WARMUP_SECONDS} + ${seconds}) s: about ${minutes} min`,
    `TCP congestion control ${DEFAULT_CONGESTION_CONTROL}; kernel ${Deno.osRelease()}, ${navigator.hardwareConcurrency} CPUs`,
  ].join("\n");
}

/** How the table is to be read. */
function legendOf({ rate, rounds }: Run): string {
  const perSecond = Math.round(requestsPerSecond(rate, REQUEST_BYTES));
  return `Medians over rounds (${rounds}), the least and the greatest below. Throughput in wire bytes at the receiver;
${perSecond} requests/s of ${
    REQUEST_BYTES / 1024
  } KB each way on fresh connections, timed from the moment they were due.`;
}

async function demo(options: Values<typeof OPTIONS>, words: readonly string[]): Promise<number> {
  const product = productOf(words);
  if (product !== "natra") {
    say(`${product} has no demo yet\n`);
    return 2;
  }
  const run = runOf(options);
  if (options.plan) {
    print(planOf(run));
    return 0;
  }
  say(`${planOf(run)}\n`);
  await using here = await prepareHere({ runs: [run], contenders: SHOWN, natra: options.natra });
  let isKept = true;
  for await (const result of here.results()) {
    show(result, here.missing);
    isKept &&= result.checks.every(({ met }) => met);
    if (options.json !== null) {
      await Deno.writeTextFile(options.json, jsonReport(commandOf(DEMO.command), here.machine, [result]));
    }
  }
  return isKept ? 0 : 1;
}

/** @throws {UsageError} that quotes what is not a product */
function productOf([product = "natra", ...more]: readonly string[]): string {
  if (more.length > 0) throw new UsageError(`Unexpected argument "${more[0]}": want one product`);
  if (PRODUCTS.includes(product)) return product;
  throw new UsageError(`Unknown product "${product}": it is one of ${PRODUCTS.join(", ")}`);
}

function show(result: MixResult, missing: readonly string[]): void {
  const { run, rows, checks } = result;
  print(`\n${titleOf(result)}\n${drawTable(result)}\n\n${legendOf(run)}`);
  for (const note of notesOn(result)) print(note);
  print(`\n${drawPicture(rows)}\n\n${verdictOn(result, missing)}`);
  const lost = checks.filter(({ met }) => !met).map(checkLine);
  print(`\n${[...lost, `${countMet(checks)} promises kept`].join("\n")}`);
}

if (import.meta.main) Deno.exit(await runProgram(DEMO, ({ options, words }) => demo(options, words)));
