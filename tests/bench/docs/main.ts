/**
 * `deno task bench:docs FILE…`: writes docs/performance.md and its charts from what `deno task bench --json FILE` and
 * `deno task bench:add --json FILE` wrote.
 */
import { UsageError } from "../../rig/arguments.ts";
import { runToEnd, say } from "../../rig/cli.ts";
import type { Report } from "../mix/report.ts";
import { drawChart } from "./chart.ts";
import { type AddReport, chartName, chartOf, ratesOf, writePage } from "./page.ts";

const DIRECTORY = new URL("../../../docs", import.meta.url).pathname;

async function readReport(path: string): Promise<Report | AddReport> {
  let report: unknown;
  try {
    report = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    throw new UsageError(`Failed to read the figures in "${path}"`, { cause });
  }
  if (typeof report === "object" && report !== null && "bench" in report) {
    if (report.bench === "mixes" || report.bench === "add") return report as Report | AddReport;
  }
  throw new UsageError(`Failed to read the figures in "${path}": no benchmark wrote it`);
}

async function main(): Promise<void> {
  if (Deno.args.length === 0) throw new UsageError("No files with figures: give those that --json wrote");
  const all = await Promise.all(Deno.args.map(readReport));
  const reports = all.filter((report): report is Report => report.bench === "mixes");
  const add = all.find((report): report is AddReport => report.bench === "add") ?? null;
  await Deno.mkdir(DIRECTORY, { recursive: true });
  for (const report of reports) {
    for (const rate of ratesOf(report)) {
      await Deno.writeTextFile(`${DIRECTORY}/${chartName(report, rate)}`, drawChart(chartOf(report, rate)));
    }
  }
  await Deno.writeTextFile(`${DIRECTORY}/performance.md`, writePage(reports, add));
  say(`docs/performance.md, ${reports.flatMap(ratesOf).length} charts\n`);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
