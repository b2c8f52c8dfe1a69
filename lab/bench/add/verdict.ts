/** From rounds to figures, and from figures to goals. */
import { summarize, type Summary } from "../../../tests/rig/stats.ts";
import type { Check } from "../check.ts";
import type { CaseId } from "./cases.ts";
import type { Cost } from "./cost.ts";
import type { MapMemory } from "./kernel.ts";
import type { AddResult } from "./run_add.ts";

/** A case over all rounds: times in milliseconds, memory in bytes. */
export interface CaseSummary {
  readonly wall: Summary;
  /** User and system time together. */
  readonly cpu: Summary;
  readonly peak: Summary;
  /** Its wall time as a multiple of the empty program's in the same round. */
  readonly ratio: Summary;
}

/** The goals. */
export const GOALS = {
  /** Wall time as a multiple of the empty program's. */
  noLimitRatio: 1.1,
  clsactRatio: 1.25,
  /** Bytes of all maps of one direction with HTB at the default sketch. */
  mapBytes: 64 * 1024,
} as const;

/**
 * Sums a case up.
 *
 * @param costs its rounds
 * @param empty the empty program's, in the same order
 * @returns its figures
 */
export function summarizeCase(costs: readonly Cost[], empty: readonly Cost[]): CaseSummary {
  return {
    wall: summarize(costs.map(({ wall }) => wall)),
    cpu: summarize(costs.map(({ user, system }) => user + system)),
    peak: summarize(costs.map(({ peak }) => peak)),
    ratio: summarize(costs.map(({ wall }, round) => wall / empty[round]!.wall)),
  };
}

/**
 * Sums all cases up.
 *
 * @param result what was measured
 * @returns the figures of each case
 */
export function summarizeAll({ costs }: AddResult): Map<CaseId, CaseSummary> {
  const empty = costs.get("empty") ?? [];
  return new Map([...costs].map(([id, rounds]) => [id, summarizeCase(rounds, empty)]));
}

/**
 * How much longer tcx took than clsact, round by round.
 *
 * @param result what was measured
 * @returns milliseconds
 */
export function tcxAboveClsact({ costs }: AddResult): Summary {
  const clsact = costs.get("clsact") ?? [];
  return summarize((costs.get("tcx") ?? []).map(({ wall }, round) => wall - clsact[round]!.wall));
}

/** @returns the bytes of all of them */
export function totalOf(maps: readonly MapMemory[]): number {
  return maps.reduce((total, { bytes }) => total + bytes, 0);
}

/**
 * Holds the figures against the goals, at the medians.
 *
 * @param result what was measured
 * @returns a check for each goal
 */
export function judgeAdd(result: AddResult): Check[] {
  const all = summarizeAll(result);
  const ratio = (id: CaseId): number => all.get(id)?.ratio.median ?? NaN;
  const most = (goal: string, value: number, limit: number, unit: string): Check => ({
    goal,
    value,
    unit,
    limit: `≤ ${limit.toFixed(unit === "ms" ? 1 : unit === "KiB" ? 0 : 2)}`,
    met: value <= limit,
  });
  return [
    most("natra without a limit against the empty program", ratio("noLimit"), GOALS.noLimitRatio, "×"),
    most("natra with clsact against the empty program", ratio("clsact"), GOALS.clsactRatio, "×"),
    most(
      "tcx above clsact against the kernel's own attaching",
      tcxAboveClsact(result).median,
      summarize(result.attaching).median,
      "ms",
    ),
    ...(["ingress", "egress"] as const).map((direction) =>
      most(`maps of ${direction}`, totalOf(result.maps[direction]) / 1024, GOALS.mapBytes / 1024, "KiB")
    ),
  ];
}
