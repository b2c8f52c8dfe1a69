/** `deno task bench:vm`: see HELP. */
import { startJobs } from "../../kernels/pool.ts";
import { checkWritable } from "../../../tests/rig/arguments.ts";
import { print, runToEnd, say } from "../../../tests/rig/cli.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../../../tests/rig/pod.ts";
import { findNatra } from "../places.ts";
import { shortRate } from "../rate.ts";
import { CONTENDERS } from "../mix/contenders.ts";
import type { Mix } from "../mix/mixes.ts";
import { parseOptions } from "../mix/options.ts";
import type { MixResult } from "../mix/run_mix.ts";
import { runsOf, showResults } from "../mix/session.ts";
import { prepareBenchFiles, runInGuest } from "./machine.ts";
import { VM_MIXES } from "./order.ts";

const HELP = `Usage: deno task bench:vm [--mix N[,N…]] [--rate RATE[,RATE…]] [--kernel NAME] …

The mixes of \`deno task bench\` in a virtual machine, in virtual time: what another kernel
has (fq_codel, fq, netem) counts, and what this machine is doing besides does not. Two
machines at once; an hour or more for all mixes.

  --mix N,…         the mixes to run (all, with mix 12)
  --rate RATE,…     the caps in bits per second, 1M to 10G (10M)
  --rounds N        measure everything N times, in turns; 1 to 100 (1)
  --seconds N       counted seconds of each measurement, 2 to 600 (10; 3 from 50M on; 30 below 5M)
  --contenders …    ${CONTENDERS.join(",")} (all but xdp)
  --kernel NAME     as lab/vm/kernels.ts has them (6.12)
  --json FILE       write all figures to FILE, after each mix
  --natra FILE      natra's executable (build/natra)

Exit status: 0 measured, whether or not the goals were met; 1 failed; 2 bad usage.
`;

/** Machines at once: each is a process that keeps one core busy. */
const MACHINES = 2;

/** Virtual seconds cost several of the host's. */
function secondsFor(_mix: Mix, rate: number): number {
  return rate < 5e6 ? 30 : rate < 50e6 ? 10 : 3;
}

async function main(): Promise<void> {
  const options = parseOptions(Deno.args, { mixes: VM_MIXES, rounds: 1, kernel: "6.12" });
  if (options.help) return print(HELP);
  const { contenders, json } = options;
  const kernel = options.kernel ?? "";
  if (json !== null) await checkWritable("json", json);
  const files = await prepareBenchFiles(await findNatra(options.natra));
  const machine = {
    ...{ kernel: `${kernel}, in a virtual machine under icount`, arch: Deno.build.arch, cpus: 1 },
    ...{ processor: "one instruction a nanosecond", load: 0, virtual: true },
  };
  print(`kernel ${machine.kernel}; congestion control ${DEFAULT_CONGESTION_CONTROL}\n`);
  const jobs = runsOf(options, secondsFor).map((run) => async (): Promise<MixResult> => {
    const start = performance.now();
    const { mix, ...plan } = run;
    const order = { mix: VM_MIXES.indexOf(mix), ...plan, contenders };
    const { rows, checks, missing } = await runInGuest(kernel, order, files);
    for (const reason of missing) say(`skipped: ${reason}\n`);
    const took = ((performance.now() - start) / 1000).toFixed(0);
    say(`mix ${mix.number} at ${shortRate(run.rate)}: ${mix.name}: ${took} s\n`);
    return { run, rows: rows.map((row) => ({ ...row, rounds: [] })), checks };
  });
  await showResults("bench:vm", machine, json, startJobs(jobs, MACHINES));
}

if (import.meta.main) Deno.exit(await runToEnd(main));
