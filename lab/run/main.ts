/**
 * Everything that can be checked, and one line that sums it up; scripts/test.sh sets up, builds, and starts
 * it.
 *
 * @module
 */
import { Interrupted, stopOnSignals } from "../../tests/rig/interruption.ts";
import { markSkipped } from "../../tests/rig/needs.ts";
import { flag, helpOf, type Program, readArguments, UsageError } from "../../tests/rig/options.ts";
import { Board } from "./board.ts";
import type { Case } from "./junit.ts";
import { runInLanes } from "./lanes.ts";
import { leftovers, type Machine, neighbours, observe } from "./machine.ts";
import { LANES, type Part, partsOf, selectParts, STAGES } from "./parts.ts";
import { recordDirectories } from "./room.ts";
import { say, skipLines, summarize } from "./say.ts";
import { runStep, type Surroundings, THE_RUN } from "./step.ts";
import { formatTotals, sum } from "./sum.ts";
import { sweep } from "./sweep.ts";
import { shellScripts, testFiles } from "./tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const PROGRESS_MS = 60_000;
/** The kernel frees a BPF program some time after its last user. */
const SETTLING_MS = 15_000;

const OPTIONS = { buildFailed: flag("run only what checks no build") };
const TEST: Program<typeof OPTIONS> = {
  command: "scripts/test.sh",
  about: "Checks everything, or the groups that are named. Logs and reports stay in build/test.",
  options: OPTIONS,
  words: { name: "[GROUP…]", about: "static, unit, or a directory of tests/ or lab/" },
  notes: "Exit status: 0 nothing failed, 1 something did, 2 bad usage.",
};

/** What a run found so far. */
interface Found {
  readonly cases: Case[];
  /** Why tests were skipped whose names do not say so. */
  readonly reasons: string[];
}

/** @returns the exit status */
async function main(args: readonly string[]): Promise<number> {
  let chosen: Part[], buildFailed: boolean;
  try {
    const given = readArguments(TEST, args);
    if (given === null) {
      say(helpOf(TEST));
      return 0;
    }
    ({ options: { buildFailed } } = given);
    const all = partsOf({ shellScripts: shellScripts(ROOT), testFiles: testFiles(ROOT) });
    chosen = selectParts(all, given.words);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`test: ${error.message}`);
    return 2;
  }
  using _signals = stopOnSignals();
  using _directories = recordDirectories();
  const around = await prepare();
  const before = await observe(around.mark, around.temp);
  const outcome = buildFailed ? "failed" : "passed";
  const found: Found = {
    cases: [{ suite: THE_RUN, name: "deno task build", outcome, seconds: 0 }],
    reasons: [],
  };
  try {
    await runAll(chosen.filter(({ needsBuild }) => !needsBuild || !buildFailed), around, found);
    found.cases.push(await checkLeftovers(before, around));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    say(`${error.message}: cleaning up`);
    await sweep(around.mark, before, await observe(around.mark, around.temp));
    found.cases.push(await checkLeftovers(before, around));
    say(`interrupted after ${formatTotals(sum(found.cases))}`);
    return error.exitCode;
  } finally {
    await Deno.remove(around.temp, { recursive: true }).catch(() => {});
  }
  for (const line of summarize(found.cases, found.reasons)) say(line);
  return sum(found.cases).failed === 0 ? 0 : 1;
}

async function prepare(): Promise<Surroundings> {
  const results = `${ROOT}/build/test`;
  await Deno.mkdir(results, { recursive: true });
  // All that the tests put there is this run's; outside of the tree, which git(1) and deno.json would reach
  // into.
  const temp = await Deno.makeTempDir({ prefix: "natra-test-" });
  return { root: ROOT, results, temp, mark: crypto.randomUUID() };
}

async function runAll(parts: readonly Part[], around: Surroundings, found: Found): Promise<void> {
  const board = new Board(parts, say);
  const timer = setInterval(() => {
    const line = board.line();
    if (line !== null) say(line);
  }, PROGRESS_MS);
  try {
    for (const stage of STAGES) {
      const now = parts.filter((part) => part.stage === stage);
      await runInLanes(now, LANES[stage], async (part) => {
        board.begin(part);
        const { cases, output } = await runStep(part, around, (tests) => board.progress(part, tests));
        if (cases.some(({ outcome }) => outcome === "failed")) say(output.trimEnd());
        found.cases.push(...cases);
        found.reasons.push(...skipLines(output));
        board.end(part, cases);
      });
    }
  } finally {
    clearInterval(timer);
  }
}

async function checkLeftovers(before: Machine, { mark, temp }: Surroundings): Promise<Case> {
  const check = { suite: THE_RUN, name: "nothing is left on the machine", seconds: 0 };
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
