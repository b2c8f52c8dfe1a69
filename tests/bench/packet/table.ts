/** The packet benchmark's result, for people. */
import Table from "cli-table3";
import { summarize, type Summary } from "../../rig/stats.ts";
import type { Result } from "./measure.ts";

/** What a packet may cost above a program that does nothing, ns, at the median of the usual rows. */
export const GOAL = 60;

/** @returns Lines of text, without colours. */
export function drawTable(results: readonly Result[]): string {
  const table = new Table({
    head: ["ns a packet", "empty", "natra above it", "rounds from – to"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { case: { name, usual }, empty, above } of results) {
    table.push([usual ? name : `(${name})`, whole(empty), whole(above), `${above.min} – ${above.max}`]);
  }
  return table.toString();
}

/** The median of the usual rows' medians, ns. */
export function medianAbove(results: readonly Result[]): number {
  return summarize(results.filter((result) => result.case.usual).map(({ above }) => above.median)).median;
}

function whole({ median }: Summary): string {
  return `${Math.round(median)}`;
}
