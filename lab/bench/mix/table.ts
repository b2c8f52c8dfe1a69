/** A mix's result for people. */
import Table from "cli-table3";
import { busyNote } from "../../../tests/rig/host_load.ts";
import type { Summary } from "../../../tests/rig/stats.ts";
import { checkLine, figure } from "../check.ts";
import { formatRate, shortRate } from "../rate.ts";
import { UNLIMITED } from "./contenders.ts";
import { busiestSecond, type DirectionSummary, type RowFigures } from "./figures.ts";
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
];
const TCP_SHARE = "TCP's\nshare %";
/** Narrow enough for the whole table to fit in 115 columns. */
const NAME_WIDTH = 20;
const FEW_SAMPLES = 1000;
const LATE_MS = 5;

/**
 * Draws a mix's result: medians over the rounds, least and greatest below, then notes and natra's goals.
 *
 * @param result the figures
 * @returns lines of text, without colours
 */
export function drawMix(result: MixResult): string {
  return [
    titleOf(result),
    drawTable(result),
    ...notesOn(result),
    ...result.checks.map(checkLine),
  ].join("\n");
}

/** Says what was measured, in a line. */
export function titleOf({ run: { mix, rate, rounds, seconds } }: MixResult): string {
  return `Mix ${mix.number} at ${shortRate(rate)}: ${mix.name} (${rounds} × ${seconds} s)`;
}

/** Draws the figures alone: medians, with the least and greatest round below. */
export function drawTable({ run: { rate }, rows }: MixResult): string {
  // A share only where UDP and TCP are beside each other.
  const hasShares = rows.some(({ figures }) => figures.tcpShare !== null);
  const table = new Table({
    head: [...HEAD, ...(hasShares ? [TCP_SHARE] : [])],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [NAME_WIDTH],
  });
  const base = rows.find(({ id }) => id === "none")?.figures ?? null;
  for (const row of rows) {
    table.push([row.name, ...cells(row, base, rate), ...(hasShares ? [share(row)] : [])]);
  }
  return table.toString();
}

function cells({ id, figures }: Row, base: RowFigures | null, cap: number): string[] {
  const { ingress, egress, p50, p99, max, perSecond } = figures;
  const isUnlimited = UNLIMITED.includes(id);
  const throughput = ({ percent }: DirectionSummary): string =>
    isUnlimited ? formatRate(percent.median / 100 * cap).replace(" ", "\n") : spread(percent);
  return [
    throughput(ingress),
    throughput(egress),
    isUnlimited ? "–" : figure(busiestSecond(figures)),
    ...[p50, p99, max].map(spread),
    base === null ? "–" : figure(p99.median / base.p99.median),
    figure(perSecond.median),
  ];
}

function share({ figures: { tcpShare } }: Row): string {
  return tcpShare === null ? "–" : spread(tcpShare);
}

/** What has to be known to read the figures: failures, few samples, a busy machine. */
export function notesOn({ rows }: MixResult): string[] {
  return rows.flatMap(notes);
}

function notes({ name, figures, rounds }: Row): string[] {
  const { samples, bad, errors, maxStartDelay, silentElephants } = figures;
  const busy = rounds.map(({ host }) => busyNote(host)).find((note) => note !== null);
  const reasons = Object.entries(errors).map(([reason, count]) => `${reason} (${count})`).join(", ");
  return [
    ...(bad > 0 ? [`${name}: ${bad} of ${samples} requests failed: ${reasons}`] : []),
    ...(samples < FEW_SAMPLES ? [`${name}: only ${samples} requests: its p99 is a rough one`] : []),
    ...(maxStartDelay > LATE_MS
      ? [`${name}: the machine was busy, a request was asked ${figure(maxStartDelay)} ms late`]
      : []),
    ...(busy === undefined ? [] : [`${name}: ${busy}`]),
    ...(silentElephants > 0 ? [`${name}: ${silentElephants} elephants reported nothing`] : []),
  ];
}

function spread({ median, min, max }: Summary): string {
  return `${figure(median)}\n${figure(min)}–${figure(max)}`;
}
