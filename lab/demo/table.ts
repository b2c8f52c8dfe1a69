/** The result as a table. */
import Table from "cli-table3";
import type { Summary } from "../../tests/rig/stats.ts";
import { formatRate } from "./rate.ts";
import type { DirectionSummary, RowResult, RowSummary } from "./summary.ts";
import { milliseconds, number, p99Ratio } from "./verdict.ts";

const HEAD = [
  "",
  "to\nthe pod",
  "from\nthe pod",
  "busiest\nsecond",
  "p50 ms",
  "p99 ms",
  "max ms",
  "p99 ×\nbase",
  "bad",
];

/** Narrow enough for the whole table to fit in 115 columns. */
const NAME_WIDTH = 24;

/**
 * Draws the table: medians, with the least and greatest round below.
 *
 * @param results the rows
 * @param base the row that latencies are compared with
 * @returns lines of text, without colours
 */
export function drawTable(results: readonly RowResult[], base: RowSummary): string {
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [NAME_WIDTH],
  });
  for (const result of results) {
    if (result.skipped === null) table.push([result.row.name, ...figures(result, base)]);
    else table.push([result.row.name, { colSpan: HEAD.length - 1, content: `skipped: ${result.skipped}` }]);
  }
  return table.toString();
}

function figures(row: RowSummary, base: RowSummary): string[] {
  return [
    throughput(row, row.ingress),
    throughput(row, row.egress),
    busiestSecond(row),
    spread(row.p50, milliseconds),
    spread(row.p99, milliseconds),
    spread(row.max, milliseconds),
    number(p99Ratio(row, base)),
    `${row.bad}`,
  ];
}

/** % of a cap where there is one. */
function throughput(row: RowSummary, { rate, percent }: DirectionSummary): string {
  return row.row.limiter === "none"
    ? formatRate(rate.median).replace(" ", "\n")
    : spread(percent, number, " %");
}

function busiestSecond({ row, ingress, egress }: RowSummary): string {
  if (row.limiter === "none") return "–";
  return `${number(Math.max(ingress.worstSecondPercent.median, egress.worstSecondPercent.median))} %`;
}

function spread({ median, min, max }: Summary, format: (value: number) => string, unit = ""): string {
  return `${format(median)}${unit}\n${format(min)}–${format(max)}`;
}
