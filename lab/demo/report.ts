/** All figures as JSON, for programs. */
import { DEFAULT_CONGESTION_CONTROL } from "../../tests/rig/pod.ts";
import type { Measurement } from "../../tests/rig/scenario.ts";
import type { Options } from "./options.ts";
import { REQUEST_BYTES, requestsPerSecond, type Row } from "./rows.ts";
import { WARMUP_SECONDS } from "./run_demo.ts";
import type { RowResult } from "./summary.ts";
import { PROMISE, type Verdict } from "./verdict.ts";

/**
 * Writes the whole result: what was asked, where, every round with every latency, the medians, the verdict.
 *
 * @param options what was asked for
 * @param results the rows
 * @param rounds each round of each row that was measured
 * @param verdict the judgement
 * @returns JSON; rates in bits per second, latencies in milliseconds
 */
export function jsonReport(
  options: Options,
  results: readonly RowResult[],
  rounds: ReadonlyMap<Row, readonly Measurement[]>,
  verdict: Verdict,
): string {
  const report = {
    rate: options.rate,
    rounds: options.rounds,
    seconds: options.seconds,
    warmupSeconds: WARMUP_SECONDS,
    requests: { perSecond: requestsPerSecond(options.rate), bytes: REQUEST_BYTES },
    congestionControl: DEFAULT_CONGESTION_CONTROL,
    machine: { kernel: Deno.osRelease(), arch: Deno.build.arch, cpus: navigator.hardwareConcurrency },
    rows: results.map(({ row, ...summary }) => ({ ...row, ...summary, measurements: rounds.get(row) ?? [] })),
    promise: PROMISE,
    verdict,
  };
  return `${JSON.stringify(report, null, 1)}\n`;
}
