/** A mix's result for people. */
import Table from "cli-table3";
import { stolenNote } from "../../../tests/rig/stolen.ts";
import type { Summary } from "../../../tests/rig/stats.ts";
import { checkLine, figure } from "../check.ts";
import { shortRate } from "../rate.ts";
import { busiestSecond, type RowFigures } from "./figures.ts";
import type { MixResult, Row } from "./run_mix.ts";

const HEAD = [
  "",
  "to the\npod %",
  "from the\npod %",
  "busiest\nsecond %",
  "p50 ms",
  "p99 ms",
  "max ms",
  "p99 ×\nno limit",
  "answers\nper s",
  "TCP's\nshare %",
];
const NAME_WIDTH = 22;
const FEW_SAMPLES = 1000;
const LATE_MS = 5;

/**
 * Draws a mix's result: medians over the rounds, least and greatest below, then natra's goals.
 *
 * @param result the figures
 * @returns lines of text, without colours
 */
export function drawMix({ run, rows, checks }: MixResult): string {
  const { mix, rate, rounds, seconds } = run;
  const table = new Table({
    head: HEAD,
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [NAME_WIDTH],
  });
  const base = rows.find(({ id }) => id === "none")?.figures ?? null;
  for (const row of rows) table.push([row.name, ...cells(row, base)]);
  return [
    `Mix ${mix.number} at ${shortRate(rate)}: ${mix.name} (${rounds} × ${seconds} s)`,
    table.toString(),
    ...rows.flatMap(notes),
    ...checks.map(checkLine),
  ].join("\n");
}

function cells({ id, figures }: Row, base: RowFigures | null): string[] {
  const { ingress, egress, p50, p99, max, perSecond, tcpShare } = figures;
  return [
    spread(ingress.percent),
    spread(egress.percent),
    id === "none" ? "–" : figure(busiestSecond(figures)),
    ...[p50, p99, max].map(spread),
    base === null ? "–" : figure(p99.median / base.p99.median),
    figure(perSecond.median),
    tcpShare === null ? "–" : spread(tcpShare),
  ];
}

function notes({ name, figures, rounds }: Row): string[] {
  const { samples, bad, errors, maxStartDelay, silentElephants } = figures;
  const stolen = stolenNote(Math.max(...rounds.map((round) => round.stolen)));
  const reasons = Object.entries(errors).map(([reason, count]) => `${reason} (${count})`).join(", ");
  return [
    ...(bad > 0 ? [`${name}: ${bad} of ${samples} requests failed: ${reasons}`] : []),
    ...(samples < FEW_SAMPLES ? [`${name}: only ${samples} requests: its p99 is a rough one`] : []),
    ...(maxStartDelay > LATE_MS
      ? [`${name}: the machine was busy, a request was asked ${figure(maxStartDelay)} ms late`]
      : []),
    ...(stolen === null ? [] : [`${name}: ${stolen}`]),
    ...(silentElephants > 0 ? [`${name}: ${silentElephants} elephants reported nothing`] : []),
  ];
}

function spread({ median, min, max }: Summary): string {
  return `${figure(median)}\n${figure(min)}–${figure(max)}`;
}
