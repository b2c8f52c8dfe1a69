/** `deno task bench:vm`: the command line is declared in mix/options.ts. */
import { startJobs } from "../../vm/pool.ts";
import { print, runProgram, say } from "../../../tests/rig/cli.ts";
import type { Values } from "../../../tests/rig/options.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../../../tests/rig/pod.ts";
import { findNatra } from "../../../tests/rig/places.ts";
import { shortRate } from "../rate.ts";
import { type Mix, VM_MIXES } from "../mix/mixes.ts";
import { IN_VM } from "../mix/options.ts";
import type { MixResult } from "../mix/run_mix.ts";
import { runsOf, showResults } from "../mix/session.ts";
import { prepareBenchFiles, runInGuest } from "./machine.ts";

/** Machines at once: each is a process that keeps one core busy. */
const MACHINES = 2;

/** Virtual seconds cost several of the host's. */
function secondsFor(_mix: Mix, rate: number): number {
  return rate < 5e6 ? 30 : rate < 50e6 ? 10 : 3;
}

async function bench(
  { contenders, json, kernel, natra, ...what }: Values<typeof IN_VM.options>,
): Promise<void> {
  const files = await prepareBenchFiles(await findNatra(natra));
  const machine = {
    ...{ kernel: `${kernel}, in a virtual machine under icount`, arch: Deno.build.arch, cpus: 1 },
    ...{ processor: "one instruction a nanosecond", load: 0, virtual: true },
  };
  print(`kernel ${machine.kernel}; congestion control ${DEFAULT_CONGESTION_CONTROL}\n`);
  const jobs = runsOf(what, secondsFor).map((run) => async (): Promise<MixResult> => {
    const start = performance.now();
    const { mix, ...plan } = run;
    const order = { mix: VM_MIXES.indexOf(mix), ...plan, contenders };
    const { rows, checks, missing } = await runInGuest(kernel, order, files);
    for (const reason of missing) say(`skipped: ${reason}\n`);
    const took = ((performance.now() - start) / 1000).toFixed(0);
    say(`mix ${mix.number} at ${shortRate(run.rate)}: ${mix.name}: ${took} s\n`);
    return { run, rows: rows.map((row) => ({ ...row, rounds: [] })), checks };
  });
  await showResults(IN_VM.command, machine, json, startJobs(jobs, MACHINES));
}

if (import.meta.main) Deno.exit(await runProgram(IN_VM, ({ options }) => bench(options)));
