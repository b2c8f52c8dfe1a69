/** The result as bars. */
import type { RowResult, RowSummary } from "./summary.ts";
import { milliseconds, number } from "./verdict.ts";

const WIDTH = 40;
/** Where a throughput bar's scale ends, in % of the cap: room enough to see an overshoot. */
const MOST_PERCENT = 120;
/** Where the latency scale begins, in milliseconds. */
const LEAST_MS = 0.1;

/**
 * Draws throughput against the cap, and the small requests' p99 on a logarithmic scale.
 *
 * @param results the rows; skipped ones are left out
 * @returns lines of text, without colours
 */
export function drawPicture(results: readonly RowResult[]): string {
  const rows = results.filter((result): result is RowSummary => result.skipped === null);
  const names = Math.max(0, ...rows.map(({ row }) => row.name.length));
  const most = Math.max(1, ...rows.map(({ p99 }) => p99.median));
  const decades = Math.max(1, Math.ceil(Math.log10(most / LEAST_MS)));
  const lines = ["Throughput, % of the limit, to and from the pod (the line is the limit)"];
  for (const { row, ingress, egress } of rows) {
    for (const [name, { percent }] of [[row.name, ingress], ["", egress]] as const) {
      lines.push(`  ${name.padEnd(names)} ${throughputBar(percent.median)} ${number(percent.median)}`);
    }
  }
  lines.push("", `Small requests' p99, ms (logarithmic, from ${LEAST_MS} to ${10 ** decades / 10})`);
  for (const { row, p99 } of rows) {
    lines.push(`  ${row.name.padEnd(names)} ${latencyBar(p99.median, decades)} ${milliseconds(p99.median)}`);
  }
  return lines.join("\n");
}

/**
 * A bar with a mark at 100 %.
 *
 * @param percent the bar's length, in % of the cap
 * @returns text of a fixed width; it ends in "»" if the bar does not fit
 */
export function throughputBar(percent: number): string {
  const cap = Math.round(WIDTH * 100 / MOST_PERCENT);
  const filled = Math.round(WIDTH * Math.min(percent, MOST_PERCENT) / MOST_PERCENT);
  const cells = Array.from(
    { length: WIDTH },
    (_, i) => i === cap ? (filled > cap ? "╂" : "│") : i < filled ? "█" : " ",
  );
  return cells.join("") + (percent > MOST_PERCENT ? "»" : " ");
}

/**
 * A bar on a logarithmic scale that begins at 0.1 ms.
 *
 * @param ms the bar's value
 * @param decades how many powers of ten the scale spans
 * @returns text of a fixed width; at least one cell is filled
 */
export function latencyBar(ms: number, decades: number): string {
  const share = Math.log10(Math.max(ms, LEAST_MS) / LEAST_MS) / decades;
  return "█".repeat(Math.min(WIDTH, Math.max(1, Math.round(WIDTH * share)))).padEnd(WIDTH);
}
