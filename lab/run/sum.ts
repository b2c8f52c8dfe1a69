import type { Case } from "./junit.ts";

/** How many checks ended how. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts checks by their outcome. A test that ran in two groups is one test; it failed if it failed in
 * either, and was skipped if it was skipped in both.
 */
export function sum(cases: Iterable<Case>): Totals {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of distinct(cases)) totals[outcome]++;
  return totals;
}

const RANK: readonly Case["outcome"][] = ["skipped", "passed", "failed"];

/** Every check once, with the outcome that counts. */
export function distinct(cases: Iterable<Case>): Case[] {
  const found = new Map<string, Case>();
  for (const one of cases) {
    const key = JSON.stringify([one.suite, one.name]);
    const before = found.get(key);
    if (before === undefined || RANK.indexOf(one.outcome) > RANK.indexOf(before.outcome)) found.set(key, one);
  }
  return [...found.values()];
}

/** The line that a run ends with: `N passed, N failed`, and `, N skipped` if any was. */
export function formatTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}
