/**
 * `deno task bench:docs [FILE…]`: copies what `deno task bench`, `bench:vm` and `bench:add` wrote with
 * `--json FILE` into docs/figures, and writes docs/performance.md, its pages per cap and their charts from
 * all that is there. A file replaces what was there of its caps; several runs of one cap are given at once.
 */
import { UsageError } from "../../../tests/rig/options.ts";
import { runToEnd, say } from "../../../tests/rig/cli.ts";
import type { Report } from "../mix/report.ts";
import { context } from "../../../scripts/build/context.ts";
import { run } from "../../../scripts/build/run.ts";
import { drawChart } from "./chart.ts";
import { type AddReport, keepFigures, readFigures } from "./figures.ts";
import { chartName, chartOf, runsByKind, writePages } from "./page.ts";

const DIRECTORY = new URL("../../../docs", import.meta.url).pathname;
const FIGURES = `${DIRECTORY}/figures`;

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
  await keepFigures(FIGURES, await Promise.all(Deno.args.map(readReport)));
  const { mixes, add } = await readFigures(FIGURES);
  const runs = runsByKind(mixes);
  const charts = runs.flatMap((one) =>
    one.rates.map((rate) => [chartName(one, rate), chartOf(one, rate)] as const)
  );
  const written = new Map(charts.map(([name, chart]) => [`${DIRECTORY}/${name}`, drawChart(chart)]));
  for (const [name, page] of writePages(runs, add)) written.set(`${DIRECTORY}/${name}`, page);
  for (const [path, content] of written) await Deno.writeTextFile(path, content);
  await run(context(false), [Deno.execPath(), "fmt", "--quiet", ...written.keys()]);
  say(`docs/performance.md, ${charts.length} pages and charts\n`);
}

if (import.meta.main) Deno.exit(await runToEnd(main));
