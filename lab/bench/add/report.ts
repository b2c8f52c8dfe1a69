/** The result of `bench:add`: for people, and for programs. */
import Table from "cli-table3";
import { summarize, type Summary } from "../../../tests/rig/stats.ts";
import { checkLine, figure } from "../check.ts";
import type { Machine } from "../../../tests/rig/places.ts";
import type { Case } from "./cases.ts";
import { type AddResult, WARMUP_ROUNDS } from "./run_add.ts";
import { GOALS, judgeAdd, summarizeAll, tcxAboveClsact, totalOf } from "./verdict.ts";

const MIB = 1024 * 1024;

/**
 * Draws the result.
 *
 * @param cases what was measured, in the order of the table
 * @param result the figures
 * @returns lines of text, without colours
 */
export function drawResult(cases: readonly Case[], result: AddResult): string {
  const table = new Table({
    head: ["ADD, whole process", "wall ms\nmin", "wall ms\nmedian", "CPU ms\nmedian", "peak MiB", "× empty"],
    style: { head: [], border: [] },
  });
  const summaries = summarizeAll(result);
  for (const { id, name } of cases) {
    const { wall, cpu, peak, ratio } = summaries.get(id)!;
    table.push([
      name,
      ...[wall.min, wall.median, cpu.median, peak.median / MIB, ratio.median].map(figure),
    ]);
  }
  const span = ({ median, min, max }: Summary): string =>
    `${figure(median)} (${figure(min)} to ${figure(max)})`;
  return [
    table.toString(),
    `tcx above clsact: ${span(tcxAboveClsact(result))} ms`,
    `the kernel's own attaching to the same three tcx hooks: ${span(summarize(result.attaching))} ms`,
    ...(["ingress", "egress"] as const).map((direction) => {
      const maps = result.maps[direction].map(({ name, bytes }) => `${name} ${bytes}`).join(", ");
      return `maps of ${direction}, HTB: ${
        figure(totalOf(result.maps[direction]) / 1024)
      } KiB (${maps} bytes)`;
    }),
    "",
    ...judgeAdd(result).map(checkLine),
  ].join("\n");
}

/**
 * Writes the whole result.
 *
 * @param machine where it was measured
 * @param cases what was measured
 * @param result the figures
 * @returns JSON: every round, the summaries, the goals; times in milliseconds, memory in bytes
 */
export function jsonReport(machine: Machine, cases: readonly Case[], result: AddResult): string {
  const summaries = summarizeAll(result);
  const report = {
    bench: "add",
    machine,
    warmupRounds: WARMUP_ROUNDS,
    cases: cases.map(({ id, name }) => ({
      ...{ id, name, ...summaries.get(id)! },
      rounds: result.costs.get(id)!,
    })),
    tcxAboveClsact: tcxAboveClsact(result),
    attaching: { ...summarize(result.attaching), rounds: result.attaching },
    maps: result.maps,
    goals: GOALS,
    checks: judgeAdd(result),
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}
