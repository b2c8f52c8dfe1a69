/** What a run of the churn found, and whether it is good. */
import { percentile } from "../../tests/rig/stats.ts";
import { KINDS, type Leftovers } from "../../tests/rig/leftovers.ts";
import type { Verb } from "./tally.ts";

/** The longest that one `natra reconcile` may take after a run, in milliseconds. */
export const RECONCILE_LIMIT = 10_000;

/** How often a verb was called, and how long it took. */
export interface VerbFigures {
  readonly sent: number;
  readonly killed: number;
  /** Milliseconds of the calls that were not killed; null if there was none. */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** All that a run found. */
export interface Report {
  readonly pods: number;
  readonly workers: number;
  readonly seed: number;
  readonly seconds: number;
  readonly verbs: Readonly<Record<Verb, VerbFigures>>;
  /** DELs that were never sent. */
  readonly forgotten: number;
  /** Runs of reconcile beside the calls. */
  readonly reconciled: number;
  /**
   * Living pods that the last reconcile held for good, because their ADD had been cut short; their DEL let
   * them go.
   */
  readonly finished: number;
  /** Pods whose network namespace was still there at the end. */
  readonly survivors: number;
  /** What was there when the last call had ended. */
  readonly before: Leftovers;
  /** The last reconcile, in milliseconds. */
  readonly reconcileMs: number;
  readonly after: Leftovers;
  /** Foreign objects, and what became of them; null: nothing. */
  readonly foreign: readonly (string | null)[];
  /** Calls that failed without having been killed. */
  readonly failures: readonly string[];
}

/**
 * The figures of a verb.
 *
 * @param tally its counts and times
 * @returns them, summed up
 */
export function figures(tally: { sent: number; killed: number; ms: readonly number[] }): VerbFigures {
  const { sent, killed, ms } = tally;
  const of = (share: number): number | null => ms.length === 0 ? null : percentile(ms, share);
  return { sent, killed, p50: of(0.5), p99: of(0.99) };
}

/**
 * What is wrong.
 *
 * @param report what a run found
 * @returns a line for each thing; none if all is well
 */
export function problems(report: Report): string[] {
  const left = KINDS.flatMap((kind) => report.after[kind].map((name) => `left behind: ${kind} ${name}`));
  const touched = report.foreign.filter((damage) => damage !== null);
  const slow = report.reconcileMs > RECONCILE_LIMIT
    ? [`reconcile took ${Math.round(report.reconcileMs)} ms`]
    : [];
  return [...report.failures, ...left, ...touched, ...slow];
}

/**
 * The report for people.
 *
 * @param report what a run found
 * @returns lines
 */
export function draw(report: Report): string {
  const { pods, workers, seed, seconds, verbs, forgotten, reconciled, survivors, before, after } = report;
  const ms = (value: number | null): string => value === null ? "-" : `${value.toFixed(0)} ms`;
  const lines = Object.entries(verbs).map(([verb, { sent, killed, p50, p99 }]) =>
    `${verb.padEnd(6)} ${String(sent).padStart(5)} sent ${String(killed).padStart(4)} killed  p50 ${
      ms(p50)
    }, p99 ${ms(p99)}`
  );
  const counts = KINDS.map((kind) =>
    `  ${kind.padEnd(15)} ${String(before[kind].length).padStart(5)} -> ${after[kind].length}`
  );
  const damaged = report.foreign.filter((damage) => damage !== null).length;
  return [
    `${pods} pods, ${workers} workers, seed ${seed}: ${seconds.toFixed(1)} s`,
    ...lines,
    `${forgotten} DELs never sent, ${survivors} namespaces stayed, ${reconciled} reconciles beside the calls`,
    `left before and after one reconcile of ${
      ms(report.reconcileMs)
    }, and ${report.finished} DELs of pods that it finished:`,
    ...counts,
    `foreign objects: ${report.foreign.length}, touched: ${damaged}`,
    ...problems(report).map((problem) => `PROBLEM ${problem}`),
  ].join("\n");
}
