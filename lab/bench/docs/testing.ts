/** A run for tests. */
import type { Report } from "../mix/report.ts";

const same = (value: number): { median: number; min: number; max: number } => ({
  ...{ median: value, min: value, max: value },
});
const figures = (p99: number): Report["results"][number]["rows"][number]["figures"] => ({
  ingress: { percent: same(100), worstSecondPercent: same(101) },
  egress: { percent: same(100), worstSecondPercent: same(101) },
  ...{ p50: same(1), p99: same(p99), lateP99: same(1), max: same(2), perSecond: same(40), tcpShare: null },
  ...{ samples: 1000, bad: 0, errors: {}, maxStartDelay: 0, silentElephants: 0 },
});

/** A mix at a cap whose p99 is twice that without a limit. */
export const result = (mix: number, rate: number, met: boolean): Report["results"][number] => ({
  ...{ mix, name: "UDP < TCP & more", rate, rounds: 3, seconds: 10 },
  rows: [
    { id: "none", name: "no limit", figures: figures(1), rounds: [] },
    { id: "natra", name: "natra", figures: figures(2), rounds: [] },
  ],
  checks: [{ goal: "p99 against no limit", value: 2, unit: "×", limit: "≤ 1.5", met }],
});

/** Two mixes at 10M, one of which misses its goal, and one at 100M. */
export const report: Report = {
  ...{ bench: "mixes", command: "deno task bench --json x", congestionControl: "cubic", warmupSeconds: 3 },
  machine: { kernel: "6.18", arch: "x86_64", cpus: 2, processor: "some", load: 0, virtual: false },
  results: [result(1, 10e6, true), result(2, 10e6, false), result(1, 100e6, true)],
};
