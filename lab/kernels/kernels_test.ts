/**
 * natra on every kernel from 5.10 to the newest, in virtual machines with the userland of each kernel's own
 * release:
 *
 *     deno task test:kernels [VERSION…] [all|races]
 *
 * `all`: every check, two machines at a time, in virtual time, so that nothing depends on this machine's load.
 * `races`: a machine with two processors in real time, where only aggregates are judged.
 */
import { assertEquals } from "@std/assert";
import { leastWhile } from "../../tests/rig/host_load.ts";
import { findKernel, KERNELS } from "../vm/kernels.ts";
import { cannotBoot } from "../vm/testing.ts";
import type { MixFigures } from "./guest/mix.ts";
import { prepareGuestFiles } from "./guest_files.ts";
import { type GuestRun, runGuest } from "./guest_run.ts";
import {
  LEAST_PERCENT_IN_REAL_TIME,
  missedLatency,
  missedThroughput,
  missedWorstSecond,
  mostLatencyRatio,
} from "./judge.ts";
import { MIXES, mixName, type MixPlan, pacerOf, type Plan, RACES } from "./plan.ts";
import { startJobs } from "../vm/pool.ts";
import type { CheckReport } from "./report.ts";
import { writeResult } from "./results.ts";

/** Which kernel has two processors: under icount they would take turns, and races would not happen. */
const RACES_ON = "6.12";
const MACHINES_AT_ONCE = 2;

const PLANS: readonly Plan[] = ["all", "races"];
const plans = PLANS.filter((plan) => Deno.args.includes(plan));
const named = Deno.args.filter((name) => !PLANS.some((plan) => plan === name));
const wanted = named.length === 0
  ? KERNELS.map(({ name }) => name)
  : named.map((name) => findKernel(name).name);
const isWanted = (plan: Plan): boolean => plans.length === 0 || plans.includes(plan);
const runs: { kernel: string; plan: Plan }[] = [
  ...(isWanted("all") ? wanted.map((kernel) => ({ kernel, plan: "all" } as const)) : []),
  ...(isWanted("races") && wanted.includes(RACES_ON) ? [{ kernel: RACES_ON, plan: "races" } as const] : []),
];
const unavailable = new Set<string>();
for (const { kernel } of runs) if (await cannotBoot(kernel)) unavailable.add(kernel);

let started: Promise<GuestRun>[] | undefined;

/** All machines are started by the first test that needs one. */
function reportsOf(run: number): Promise<GuestRun> {
  started ??= startAll();
  return started[run]!;
}

function startAll(): Promise<GuestRun>[] {
  const files = prepareGuestFiles();
  return startJobs(
    runs.map(({ kernel, plan }) => async () => {
      if (unavailable.has(kernel)) return { checks: [], host: { stolen: 0, others: 0, waited: 0 } };
      const ran = await runGuest(kernel, plan, await files);
      await writeResult({ kernel, plan, checks: ran.checks });
      return ran;
    }),
    MACHINES_AT_ONCE,
  );
}

for (const [i, { kernel, plan }] of runs.entries()) {
  Deno.test({
    name: `kernel ${kernel} ${plan === "races" ? "keeps the aggregates with two processors" : "holds a pod"}`,
    ignore: unavailable.has(kernel),
    // The other machines run on while this one's report is judged.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async (t) => {
      const ran = await reportsOf(i);
      for (const { check, error } of ran.checks) {
        await t.step(check, () => {
          if (error !== null) throw new Error(error);
        });
      }
      for (const mix of plan === "races" ? RACES : MIXES) await judge(t, plan, mix, ran);
    },
  });
}

async function judge(
  t: Deno.TestContext,
  plan: Plan,
  mix: MixPlan,
  { checks, host }: GuestRun,
): Promise<void> {
  if (pacerOf(mix.row) === null) return;
  const row = figuresOf(checks, mix);
  if (row === null) return; // its own step has failed
  const name = mixName(mix);
  if (plan === "races") {
    const missed = missedThroughput(row, leastWhile(LEAST_PERCENT_IN_REAL_TIME, host));
    await t.step(`${name}: throughput`, () => assertEquals(missed, []));
    return;
  }
  await t.step(`${name}: throughput`, () => assertEquals(missedThroughput(row), []));
  await t.step(`${name}: busiest second`, () => assertEquals(missedWorstSecond(row), []));
  const base = figuresOf(checks, { rate: mix.rate, row: "self-paced" });
  await t.step({
    name: `${name}: small requests`,
    ignore: base === null,
    fn: () => assertEquals(missedLatency(row, base!, mostLatencyRatio(mix)), [], row.queues),
  });
}

function figuresOf(checks: readonly CheckReport[], mix: Pick<MixPlan, "rate" | "row">): MixFigures | null {
  return (checks.find(({ check }) => check === mixName(mix))?.data ?? null) as MixFigures | null;
}
