/** The packet benchmark's result, for people. */
import Table from "cli-table3";
import { summarize, type Summary } from "../../../tests/rig/stats.ts";
import type { Group } from "./cases.ts";
import type { Result } from "./measure.ts";

/** What a packet may cost above a program that does nothing, ns, at the median of each group. */
export const GOAL = 60;

/** @returns Lines of text, without colours. */
export function drawTable(results: readonly Result[]): string {
  const table = new Table({
    head: ["ns a packet", "empty", "natra above it", "rounds from – to"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { case: { name, group }, empty, above } of results) {
    table.push([
      group !== null ? name : `(${name})`,
      whole(empty),
      whole(above),
      `${above.min} – ${above.max}`,
    ]);
  }
  return table.toString();
}

/** The median of a group's medians, ns. */
export function medianAbove(results: readonly Result[], group: Group): number {
  return summarize(results.filter((row) => row.case.group === group).map(({ above }) => above.median)).median;
}

function whole({ median }: Summary): string {
  return `${Math.round(median)}`;
}
