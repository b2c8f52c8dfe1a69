/** How well small and large flows are told apart, by the sketch's width and the number of live flows. */
import Table from "cli-table3";
import { print, runProgram, say } from "../../rig/cli.ts";
import { flag, JSON_FILE, type Program, type Values, wholeNumber } from "../../rig/options.ts";
import { detect, type Detection, total } from "./detect.ts";

const OPTIONS = {
  long: flag("up to a million flows, and more seeds (half an hour, 1.2 GB)"),
  depth: wholeNumber({ about: "rows of the sketch", min: 1, max: 8, default: 4 }),
  json: JSON_FILE,
};

const DETECTOR: Program<typeof OPTIONS> = {
  command: "deno task bench:detector",
  about:
    `Sends skewed traffic (Zipf, one and a half times the limit) through the classifier and prints, for each
width of the sketch and number of flows live within 300 ms: how many of the flows above their fair share
were classified as heavy, and how many of those below a 256th of the limit were.`,
  options: OPTIONS,
  notes: "Needs root, clang and a build. Exit status: 0 measured, 2 bad usage.",
};

const WIDTHS = [256, 1024, 4096, 16_384];
const ALL_WIDTHS = [256, 512, 1024, 2048, 4096, 8192, 16_384];

interface Cell extends Detection {
  readonly width: number;
  readonly flows: number;
}

/** Few flows have few large ones: more seeds give as many to count. */
function seeds(flows: number, long: boolean): number {
  const few = flows <= 10 ? 30 : flows <= 1000 ? 3 : 1;
  return long && flows <= 10_000 ? few * 5 : few;
}

/** High enough, bits/s, for each flow to send a packet of 64 bytes in each span beside the large ones. */
function limitFor(flows: number): number {
  return Math.min(Math.max(flows * 1e5, 1e7), flows > 100_000 ? 1e10 : 1e9);
}

function benchDetector({ long, depth, json }: Values<typeof OPTIONS>): void {
  const crowds = long ? [10, 100, 1000, 3000, 10_000, 30_000, 100_000, 1_000_000] : [10, 100, 1000, 10_000];
  const cells: Cell[] = [];
  for (const width of long ? ALL_WIDTHS : WIDTHS) {
    for (const flows of crowds) {
      const trials = Array.from({ length: seeds(flows, long) }, (_, seed) => {
        return detect({ flows, width, depth, limit: limitFor(flows), seed: seed + 1 });
      });
      const cell = { width, flows, ...total(trials) };
      cells.push(cell);
      say(`${width} × ${depth}, ${flows} flows: ${describe(cell)}\n`);
    }
  }
  print(drawTable(cells, crowds));
  if (json !== null) Deno.writeTextFileSync(json, JSON.stringify({ depth, cells }, null, 2));
}

function describe({ large, recalled, small, mistaken }: Detection): string {
  return `${recalled} of ${large} large flows are heavy, and ${mistaken} of ${small} small ones`;
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${(part / whole * 100).toFixed(2)} %`;
}

function drawTable(cells: readonly Cell[], crowds: readonly number[]): string {
  const table = new Table({
    head: ["width", ...crowds.map((flows) => `${flows} flows`)],
    style: { head: [], border: [] },
  });
  for (const row of Map.groupBy(cells, ({ width }) => width).values()) {
    const figures = row.map((cell) =>
      `${percent(cell.recalled, cell.large)} found\n${percent(cell.mistaken, cell.small)} mistaken`
    );
    table.push([`${row[0]?.width}`, ...figures]);
  }
  return table.toString();
}

if (import.meta.main) {
  Deno.exit(await runProgram(DETECTOR, ({ options }) => Promise.resolve(benchDetector(options))));
}
