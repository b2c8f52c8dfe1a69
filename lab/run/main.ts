/**
 * Everything that can be checked, group by group, and one line that sums it up; scripts/test.sh sets up, builds, and starts it.
 *
 *     deno run -A lab/run/main.ts [--build-failed] [GROUP…]
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { Interrupted, stopOnSignals } from "../../tests/rig/interruption.ts";
import { type Group, groups, selectGroups } from "./groups.ts";
import type { Case } from "./junit.ts";
import { leftovers, type Machine, neighbours, observe } from "./machine.ts";
import { markSkipped } from "../../tests/rig/needs.ts";
import { formatSpan, say, skipLines, summarize } from "./say.ts";
import { runStep, type StepResult, type Surroundings } from "./step.ts";
import { formatTotals, sum } from "./sum.ts";
import { shellScripts, testDirectories } from "./tree.ts";
import { sweep } from "./sweep.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const PROGRESS_MS = 60_000;
/** The kernel frees a BPF program some time after its last user. */
const SETTLING_MS = 15_000;

/** @returns The exit code: 0 if nothing failed, 1 if anything did, 2 for wrong usage. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], { boolean: ["build-failed"], string: ["_"] });
  let chosen: Group[];
  try {
    chosen = selectGroups(
      groups(shellScripts(ROOT), testDirectories(ROOT)),
      options._.map(String),
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    say(`test: ${error.message}`);
    return 2;
  }
  using _signals = stopOnSignals();
  const around = await prepare();
  const before = await observe(around.mark, around.temp);
  const cases: Case[] = [{
    suite: "the run",
    name: "deno task build",
    outcome: options["build-failed"] ? "failed" : "passed",
  }];
  const reasons: string[] = [];
  try {
    for (const group of chosen) {
      if (group.needsBuild && options["build-failed"]) {
        say(`${group.name}: not run, the build failed`);
        continue;
      }
      const result = await runGroup(group, around);
      cases.push(...result.cases);
      reasons.push(...skipLines(result.output));
    }
    cases.push(await checkLeftovers(before, around));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    say(`${error.message}: cleaning up`);
    await sweep(around.mark, before, await observe(around.mark, around.temp));
    cases.push(await checkLeftovers(before, around));
    say(`interrupted after ${formatTotals(sum(cases))}`);
    return error.exitCode;
  } finally {
    await Deno.remove(around.temp, { recursive: true }).catch(() => {});
  }
  for (const line of summarize(cases, reasons)) say(line);
  return sum(cases).failed === 0 ? 0 : 1;
}

async function prepare(): Promise<Surroundings> {
  const results = `${ROOT}/build/test`;
  await Deno.mkdir(results, { recursive: true });
  // All that the tests put there is this run's; outside of the tree, which git(1) and deno.json would reach into.
  const temp = await Deno.makeTempDir({ prefix: "natra-test-" });
  return { root: ROOT, results, temp, mark: crypto.randomUUID(), onProgress: () => {} };
}

async function runGroup({ name, steps, minutes }: Group, around: Surroundings): Promise<StepResult> {
  const start = performance.now();
  const cases: Case[] = [];
  let output = "";
  say(`${name}: running`);
  for (const [index, step] of steps.entries()) {
    let told = start;
    const onProgress = (tests: number): void => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      say(`${name}: ${tests} tests so far (${formatSpan(told - start)})`);
    };
    const file = steps.length === 1 ? name : `${name}-${index + 1}`;
    const result = await runStep(step, file, minutes, { ...around, onProgress });
    if (result.cases.some(({ outcome }) => outcome === "failed")) say(result.output.trimEnd());
    cases.push(...result.cases);
    output += result.output;
  }
  say(`${name}: ${formatTotals(sum(cases))} (${formatSpan(performance.now() - start)})`);
  return { cases, output };
}

async function checkLeftovers(before: Machine, { mark, temp }: Surroundings): Promise<Case> {
  const check = { suite: "the run", name: "nothing is left on the machine" };
  const deadline = performance.now() + SETTLING_MS;
  for (;;) {
    const left = leftovers(before, await observe(mark, temp));
    if (left.length === 0) return { ...check, outcome: "passed" };
    const others = neighbours(mark);
    if (others.length > 0) {
      const reason = `process ${others.join(", ")} makes pods here, too`;
      return { ...check, name: `${check.name} ${markSkipped(reason)}`, outcome: "skipped" };
    }
    if (performance.now() > deadline) {
      for (const line of left) say(`left on the machine: ${line}`);
      return { ...check, outcome: "failed" };
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
