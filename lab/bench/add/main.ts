/** `deno task bench:add`. */
import { checkSurroundings, print, runProgram, say } from "../../../tests/rig/cli.ts";
import { JSON_FILE, NATRA_FILE, type Program, type Values, wholeNumber } from "../../../tests/rig/options.ts";
import { describeMachine, findNatra, findPeer, machineLine } from "../../../tests/rig/places.ts";
import { casesFor } from "./cases.ts";
import { preparePrograms } from "./programs.ts";
import { drawResult, jsonReport } from "./report.ts";
import { runAdd } from "./run_add.ts";

const OPTIONS = {
  rounds: wholeNumber({ about: "rounds after the warm-up", min: 1, max: 1000, default: 30 }),
  json: JSON_FILE,
  natra: NATRA_FILE,
};

const BENCH_ADD: Program<typeof OPTIONS> = {
  command: "deno task bench:add",
  about: `What an ADD costs a pod's start: time and memory of the whole process, from before its
fork until it is reaped, for an empty program on the same runtime, natra without a limit,
natra with clsact and with tcx, and the bandwidth plugin, in turns, each on a fresh pod.`,
  options: OPTIONS,
  notes: "Exit status: 0 measured, whether or not the goals were met; 1 failed; 2 bad usage.",
};

async function benchAdd(options: Values<typeof OPTIONS>): Promise<void> {
  await checkSurroundings();
  const natra = await findNatra(options.natra);
  const programs = await preparePrograms();
  const peer = await findPeer();
  if ("missing" in peer) say(`the bandwidth plugin is skipped: ${peer.missing}\n`);

  const before = describeMachine();
  await using scratch = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "natra-bench-" });
  scratch.defer(() => Deno.remove(directory, { recursive: true }));
  const spec = "limiter" in peer ? peer.limiter.spec : null;
  const cases = casesFor(programs, natra, `${directory}/natra.log`, spec);
  const result = await runAdd(cases, programs, options.rounds, (round) => {
    say(round < 0 ? "warm-up\n" : `round ${round + 1} of ${options.rounds}\n`);
  });

  print(`${machineLine(before)}; ${options.rounds} rounds in turns\n`);
  print(drawResult(cases, result));
  if (options.json) await Deno.writeTextFile(options.json, jsonReport(before, cases, result));
}

if (import.meta.main) Deno.exit(await runProgram(BENCH_ADD, ({ options }) => benchAdd(options)));
