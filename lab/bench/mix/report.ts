/** All figures of `deno task bench` as JSON: for programs, and for docs/performance.md. */
import { DEFAULT_CONGESTION_CONTROL } from "../../../tests/rig/pod.ts";
import type { Check } from "../check.ts";
import type { Machine } from "../../../tests/rig/places.ts";
import type { ContenderId } from "./contenders.ts";
import type { RowFigures } from "./figures.ts";
import { type MixResult, WARMUP_SECONDS } from "./run_mix.ts";

/** What the JSON file holds. Rates in bits per second, latencies in milliseconds. */
export interface Report {
  readonly bench: "mixes";
  /** The command that repeats it. */
  readonly command: string;
  readonly machine: Machine;
  readonly congestionControl: string;
  readonly warmupSeconds: number;
  readonly results: readonly ReportedMix[];
}

/** A mix at a cap. */
export interface ReportedMix {
  readonly mix: number;
  readonly name: string;
  readonly rate: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly {
    readonly id: ContenderId;
    readonly name: string;
    readonly figures: RowFigures;
    /** Every round, with every latency. */
    readonly rounds: readonly unknown[];
  }[];
  readonly checks: readonly Check[];
}

/**
 * Makes the report.
 *
 * @param command the command that repeats it
 * @param machine where it was measured
 * @param results what was measured so far
 * @returns JSON
 */
export function jsonReport(command: string, machine: Machine, results: readonly MixResult[]): string {
  const report: Report = {
    bench: "mixes",
    command,
    machine,
    congestionControl: DEFAULT_CONGESTION_CONTROL,
    warmupSeconds: WARMUP_SECONDS,
    results: results.map(({ run: { mix, ...run }, rows, checks }) => ({
      ...{ mix: mix.number, name: mix.name, ...run, rows, checks },
    })),
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}
