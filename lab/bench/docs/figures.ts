/**
 * The figures that docs/performance.md shows, kept beside it, so that one cap can be measured again
 * without the others. A file holds what was measured at one cap on machines of one kind, and one what an ADD costs.
 */
import type { Summary } from "../../../tests/rig/stats.ts";
import type { Check } from "../check.ts";
import type { RowFigures } from "../mix/figures.ts";
import type { Report, ReportedMix } from "../mix/report.ts";
import type { Machine } from "../../../tests/rig/places.ts";
import { shortRate } from "../rate.ts";

/** Of a row's figures, what is shown. */
export type KeptFigures = Pick<RowFigures, "ingress" | "egress" | "p50" | "p99" | "max" | "samples" | "bad">;

/** A mix at a cap, without its rounds. */
export interface KeptMix extends Omit<ReportedMix, "rows"> {
  readonly rows:
    readonly (Pick<ReportedMix["rows"][number], "id" | "name"> & { readonly figures: KeptFigures })[];
}

/** What one run measured of the mixes. */
export interface KeptReport extends Omit<Report, "results"> {
  readonly results: readonly KeptMix[];
}

/** What the page needs of `bench:add --json`. */
export interface AddReport {
  readonly bench: "add";
  readonly machine: Machine;
  readonly cases: readonly {
    readonly name: string;
    readonly wall: Summary;
    readonly cpu: Summary;
    readonly peak: Summary;
    readonly ratio: Summary;
    readonly rounds: readonly unknown[];
  }[];
  readonly tcxAboveClsact: Summary;
  readonly attaching: Summary;
  readonly checks: readonly Check[];
}

/**
 * Sorts what runs measured into files, and leaves out what is not shown.
 *
 * @param reports what the benchmarks wrote
 * @returns the files' names, without a directory, and what each holds
 */
export function sortFigures(
  reports: readonly (Report | AddReport)[],
): Map<string, readonly (KeptReport | AddReport)[]> {
  const files = new Map<string, readonly (KeptReport | AddReport)[]>();
  for (const report of reports) {
    if (report.bench === "add") {
      files.set("add.json", [report]);
      continue;
    }
    for (const rate of new Set(report.results.map(({ rate }) => rate))) {
      const name = `${report.machine.virtual ? "vm-" : ""}${shortRate(rate)}.json`;
      const results = report.results.filter((result) => result.rate === rate).map(keepMix);
      files.set(name, [...files.get(name) ?? [], { ...report, results }]);
    }
  }
  return files;
}

function keepMix(mix: ReportedMix): KeptMix {
  const rows = mix.rows.map(({ id, name, figures: { ingress, egress, p50, p99, max, samples, bad } }) => ({
    ...{ id, name },
    figures: { ingress, egress, p50, p99, max, samples, bad },
  }));
  return { ...mix, rows };
}

/**
 * Writes what runs measured over what was kept of their caps.
 *
 * @param directory where the figures are kept; made if it is not there
 * @param reports what the benchmarks wrote
 * @throws {Error} if a file cannot be written
 */
export async function keepFigures(
  directory: string,
  reports: readonly (Report | AddReport)[],
): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  for (const [name, kept] of sortFigures(reports)) {
    // A mix and a row a line each, so that a change of figures can be read.
    const text = JSON.stringify(kept).replaceAll(/\{"(?:mix|id)":/g, "\n$&");
    await Deno.writeTextFile(`${directory}/${name}`, `${text}\n`);
  }
}

/**
 * Reads all that is kept.
 *
 * @param directory where
 * @returns the runs of mixes, and what an ADD costs; null: that is not there
 * @throws {Error} if a file cannot be read
 */
export async function readFigures(
  directory: string,
): Promise<{ mixes: readonly KeptReport[]; add: AddReport | null }> {
  const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(`${directory}/${name}`)));
  const all = texts.flatMap((text) => JSON.parse(text) as (KeptReport | AddReport)[]);
  return {
    mixes: all.filter((report) => report.bench === "mixes"),
    add: all.find((report) => report.bench === "add") ?? null,
  };
}
