/** The result as bars. */
import { figure } from "../check.ts";
import type { Row } from "./run_mix.ts";

const WIDTH = 40;
/** Where a throughput bar's scale ends, in % of the cap: room enough to see an overshoot. */
const MAX_PERCENT = 120;
/** Where the latency scale begins, in milliseconds. */
const MIN_MS = 0.1;

/**
 * Draws throughput against the cap, and the small requests' p99 on a logarithmic scale.
 *
 * @returns lines of text, without colours
 */
export function drawPicture(rows: readonly Row[]): string {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  const most = Math.max(1, ...rows.map(({ figures }) => figures.p99.median));
  const decades = Math.max(1, Math.ceil(Math.log10(most / MIN_MS)));
  const lines = ["Throughput, % of the limit, to and from the pod (the line is the limit)"];
  for (const { name, figures: { ingress, egress } } of rows) {
    for (const [label, { percent }] of [[name, ingress], ["", egress]] as const) {
      lines.push(`  ${label.padEnd(width)} ${throughputBar(percent.median)} ${figure(percent.median)}`);
    }
  }
  lines.push("", `Small requests' p99, ms (logarithmic, from ${MIN_MS} to ${10 ** decades / 10})`);
  for (const { name, figures: { p99 } } of rows) {
    lines.push(`  ${name.padEnd(width)} ${latencyBar(p99.median, decades)} ${figure(p99.median)}`);
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
  const cap = Math.round(WIDTH * 100 / MAX_PERCENT);
  const filled = Math.round(WIDTH * Math.min(percent, MAX_PERCENT) / MAX_PERCENT);
  const cells = Array.from(
    { length: WIDTH },
    (_, i) => i === cap ? (filled > cap ? "╂" : "│") : i < filled ? "█" : " ",
  );
  return cells.join("") + (percent > MAX_PERCENT ? "»" : " ");
}

/**
 * A bar on a logarithmic scale that begins at 0.1 ms.
 *
 * @param ms the bar's value
 * @param decades how many powers of ten the scale spans
 * @returns text of a fixed width; at least one cell is filled
 */
export function latencyBar(ms: number, decades: number): string {
  const share = Math.log10(Math.max(ms, MIN_MS) / MIN_MS) / decades;
  return "█".repeat(Math.min(WIDTH, Math.max(1, Math.round(WIDTH * share)))).padEnd(WIDTH);
}
