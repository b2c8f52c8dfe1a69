import { skipReason } from "../../tests/rig/needs.ts";
import type { Case } from "./junit.ts";
import { distinct, formatTotals, sum } from "./sum.ts";

/** Writes a line of progress. */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** How long something took: `4 s`, `2 min 5 s`. @param ms Milliseconds. */
export function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How many of the slowest tests are shown. */
const SLOWEST = 10;

/** The slowest tests, in lines. Steps are parts of their tests. */
export function slowest(cases: readonly Case[]): string[] {
  const tests = cases.filter(({ name }) => !name.includes(" > "));
  const first = tests.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST).filter(({ seconds }) =>
    seconds > 0
  );
  return first.length === 0 ? [] : [
    "slowest:",
    ...first.map(({ seconds, suite, name }) =>
      `  ${formatSpan(seconds * 1000).padStart(12)}  ${suite}: ${name}`
    ),
  ];
}

/**
 * What a run found, in lines: the skipped tests by their reasons, the slowest, the failed ones, and the
 * totals last of all.
 *
 * @param reasons What the tests said about skipping, for those whose names do not say why.
 */
export function summarize(cases: readonly Case[], reasons: readonly string[]): string[] {
  const all = distinct(cases);
  const skipped = Map.groupBy(
    all.filter(({ outcome }) => outcome === "skipped"),
    ({ name }) => skipReason(name),
  );
  const lines: string[] = [];
  for (const [reason, tests] of skipped) {
    lines.push(`skipped, ${reason ?? `as ${reasons.length === 0 ? "no reason is given" : "the log says"}`}:`);
    for (const { suite, name } of tests) lines.push(`  ${suite}: ${name}`);
    if (reason === null) lines.push(...reasons.map((line) => `  why: ${line}`));
  }
  lines.push(...slowest(all));
  const failed = all.filter(({ outcome }) => outcome === "failed");
  if (failed.length > 0) lines.push("failed:", ...failed.map(({ suite, name }) => `  ${suite}: ${name}`));
  return [...lines, formatTotals(sum(all))];
}

/** The lines of a log that say why tests are skipped. */
export function skipLines(output: string): string[] {
  return [...new Set(output.split("\n").filter((line) => /^\S*:? ?skipping\b/i.test(line)))];
}
