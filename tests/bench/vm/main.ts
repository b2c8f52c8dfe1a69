/** `deno task bench:vm`: see HELP. */
import { parseArgs } from "@std/cli/parse-args";
import { startJobs } from "../../kernels/pool.ts";
import { checkWritable, textOf, UsageError, wholeNumber } from "../../rig/arguments.ts";
import { print, runToEnd, say } from "../../rig/cli.ts";
import { DEFAULT_CONGESTION_CONTROL } from "../../rig/pod.ts";
import { findNatra } from "../places.ts";
import { readRates, shortRate } from "../rate.ts";
import { contendersOf, mixesOf } from "../mix/options.ts";
import { CONTENDERS, USUAL } from "../mix/contenders.ts";
import { jsonReport } from "../mix/report.ts";
import type { MixResult, Run } from "../mix/run_mix.ts";
import { drawMix } from "../mix/table.ts";
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
  --kernel NAME     as tests/vm/kernels.ts has them (6.12)
  --json FILE       write all figures to FILE, after each mix
  --natra FILE      natra's executable (build/natra)

Exit status: 0 measured, whether or not the goals were met; 1 failed; 2 bad usage.
`;

/** Machines at once: each is a process that keeps one core busy. */
const MACHINES = 2;

/** Virtual seconds cost several of the host's. */
function secondsAt(rate: number): number {
  return rate < 5e6 ? 30 : rate < 50e6 ? 10 : 3;
}

async function main(): Promise<void> {
  const given: Readonly<Record<string, unknown>> = parseArgs([...Deno.args], {
    string: ["mix", "rate", "rounds", "seconds", "contenders", "kernel", "json", "natra"],
    boolean: ["help"],
    default: {
      rate: "10M",
      rounds: "1",
      kernel: "6.12",
      natra: "build/natra",
      contenders: USUAL.join(","),
    },
    unknown: (argument: string): boolean => {
      throw new UsageError(`Unknown argument "${argument}"`);
    },
  });
  if (given["help"] === true) return print(HELP);
  const mixes = mixesOf(textOf(given, "mix"), VM_MIXES);
  const rates = readRates("rate", textOf(given, "rate") ?? "");
  const rounds = wholeNumber("rounds", textOf(given, "rounds") ?? "", 1, 100);
  const asked = textOf(given, "seconds");
  const seconds = asked === null ? null : wholeNumber("seconds", asked, 2, 600);
  const contenders = contendersOf(textOf(given, "contenders") ?? "");
  const kernel = textOf(given, "kernel") ?? "";
  const json = textOf(given, "json");
  if (json !== null) await checkWritable("json", json);
  const files = await prepareBenchFiles(await findNatra(textOf(given, "natra") ?? ""));

  const runs = rates.flatMap((each, index) =>
    mixes.filter((mix) => mix.rate === null || index === 0).map((mix): Run => {
      const rate = mix.rate ?? each;
      return { mix, rate, rounds, seconds: seconds ?? secondsAt(rate) };
    })
  );
  const machine = {
    ...{ kernel: `${kernel}, in a virtual machine under icount`, arch: Deno.build.arch, cpus: 1 },
    ...{ processor: "one instruction a nanosecond", load: 0, virtual: true },
  };
  print(`kernel ${machine.kernel}; congestion control ${DEFAULT_CONGESTION_CONTROL}\n`);
  const jobs = runs.map((run) => async (): Promise<MixResult> => {
    const start = performance.now();
    const { mix, ...plan } = run;
    const order = { mix: VM_MIXES.indexOf(mix), ...plan, contenders };
    const { rows, checks, missing } = await runInGuest(kernel, order, files);
    for (const reason of missing) say(`skipped: ${reason}\n`);
    const took = ((performance.now() - start) / 1000).toFixed(0);
    say(`mix ${mix.number} at ${shortRate(run.rate)}: ${mix.name}: ${took} s\n`);
    return { run, rows: rows.map((row) => ({ ...row, rounds: [] })), checks };
  });
  const results: MixResult[] = [];
  for (const job of startJobs(jobs, MACHINES)) {
    const result = await job;
    results.push(result);
    print(`${drawMix(result)}\n`);
    const command = `deno task bench:vm ${Deno.args.join(" ").replaceAll(/ ?--(json|natra)[ =]\S+/g, "")}`
      .trim();
    if (json !== null) await Deno.writeTextFile(json, jsonReport(command, machine, results));
  }
  const checks = results.flatMap((result) => result.checks);
  print(`${checks.filter(({ met }) => met).length} of ${checks.length} goals met`);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
