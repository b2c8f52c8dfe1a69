/** docs/kernels.md: the words that stay, and the tables that a run fills. */
import { KERNELS } from "../vm/kernels.ts";
import type { Features } from "./guest/features.ts";
import type { Choices } from "./guest/lifecycle.ts";
import type { MixFigures } from "./guest/mix.ts";
import { latencyRatio } from "./judge.ts";
import { MIXES, mixName, type MixPlan, pacerOf, type Row } from "./plan.ts";
import type { CheckReport } from "./report.ts";

/** The checks of a run, by kernel. */
export type Results = ReadonlyMap<string, readonly CheckReport[]>;

const INTRODUCTION = `# Kernels

One executable with one BPF object runs on every kernel from 5.10 on. natra finds out what a kernel lacks by
trying, never by its version; \`natra status -v\` shows each choice with its reason.

\`deno task kernels:docs\` wrote the tables below from the last \`deno task test:kernels\`: each kernel boots in
an emulated machine with the userland of its own Debian release, and the compiled executable runs there as a
container runtime calls it. The same build gives the same figures again; another build's vary a little.
`;

const NO_FIGURE = "–";

/** A table's row: what it is about, and what to say of a kernel. */
type Line = readonly [about: string, cell: (checks: readonly CheckReport[]) => string];

const FEATURES: readonly (readonly [about: string, feature: string, natra: string])[] = [
  ["tcx", "tcx", "attaches by it, at the head of the hook; without it by clsact"],
  ["clsact with a BPF filter", "clsact", "attaches by it where tcx is missing, or by choice"],
  ["HTB", "htb", "paces with it"],
  ["fq_codel", "fq_codel", "queues heavy flows in it, below HTB; without it in a bfifo"],
  ["TBF", "tbf", "cuts GSO packets with it at low limits"],
  ["fq", "fq", "paces with it where EDT is asked for; without it with HTB, or by drops for bucket flow"],
  ["departure time in skb->tstamp", "departure_time", "needed for EDT"],
  ["atomic addition", "plain_atomics", "needed"],
  ["atomics that return a value", "value_atomics", "not used: a clock is added to and read separately"],
  ["bpf_skb_set_tstamp()", "typed_departure_time", "not used: skb->tstamp is written"],
  ["bpf_loop()", "loops", "not used: loops are unrolled"],
  ["bpf_timer", "timers_armed", "not used: nothing needs sweeping"],
];

const CHOICES: readonly (readonly [about: string, check: string, choice: keyof Choices])[] = [
  ["attaches by default", "ADD, CHECK and DEL by default", "attach"],
  ["asked for tcx", "ADD, CHECK and DEL with tcx and police", "attach"],
  ["paces by default", "ADD, CHECK and DEL by default", "egressQueue"],
  ["asked for EDT", "ADD, CHECK and DEL with clsact and edt", "egressQueue"],
  ["asked for podside", "ADD, CHECK and DEL with podside", "attach"],
  ["asked for police", "ADD, CHECK and DEL with tcx and police", "egressQueue"],
];

/**
 * Writes the page.
 *
 * @param results what the runs told; a kernel that is missing has empty cells
 * @returns Markdown
 */
export function renderDocs(results: Results): string {
  const features = FEATURES.map(([about, feature, natra]): readonly string[] => [
    about,
    ...eachKernel(results, (checks) => featureCell(checks, feature)),
    natra,
  ]);
  return [
    INTRODUCTION,
    "## What each kernel supports, and how natra uses it\n",
    table(["", ...kernelNames(), "natra"], [
      ["release", ...eachKernel(results, releaseOf), ""],
      ...features,
    ]),
    "## What natra chose\n",
    table(
      ["", ...kernelNames()],
      lines(
        results,
        CHOICES.map(([about, check, choice]): Line => [
          about,
          (checks) => choiceCell(checks, check, choice),
        ]),
      ),
    ),
    "## Mix 1: one TCP elephant each way and fresh requests of 6 KB\n",
    FIGURES_WORDS,
    table(["", ...kernelNames()], lines(results, MIXES.flatMap(mixLines))),
    CHOOSING,
  ].join("\n");
}

const FIGURES_WORDS =
  `Wire bytes at the receivers in % of the limit (to the pod / from the pod), their busiest second, and the 99th
percentile of the requests' latency. The latency is compared with two rows without a limit: the requests
alone, and the requests beside elephants that pace themselves to the cap, so that nothing is queued but the
processor is as busy. The machine is emulated in virtual time, one instruction per nanosecond on one
processor, with both ends of all connections on it: beside any traffic a request waits for the processor. So
the goal is a ratio to the self-paced row: ≤ 1.5 with HTB, ≤ 2 with EDT. A row has 400 to 500 requests, and
its p99 is the fifth slowest: a test fails only if the ratio is certainly too large (a 95 % confidence
interval of both percentiles).
`;

const CHOOSING = `## HTB or EDT?

HTB is the default on every kernel: it decides when a packet leaves, so a small flow's packet overtakes what
already waits. EDT decides when a packet arrives. Choose EDT (\`"pacer": "edt"\`) for a rate per heavy flow
(\`"bucket": "flow"\`), or where a pod's own pacing matters: it keeps the later of its own departure time and
the stack's. natra sets its fq's horizon to 2 s explicitly; natra's own departure times lie at most half a
second ahead.
`;

function choiceCell(checks: readonly CheckReport[], check: string, choice: keyof Choices): string {
  if (checks.some((report) => report.check === check && report.error !== null)) return "**fails**";
  return dataOf<Choices>(checks, check)?.[choice] ?? NO_FIGURE;
}

function mixLines(mix: MixPlan): Line[] {
  const name = mixName(mix);
  const row = (checks: readonly CheckReport[]): MixFigures | null => dataOf(checks, mixName(mix));
  const other = (checks: readonly CheckReport[], what: Row): MixFigures | null =>
    dataOf(checks, mixName({ rate: mix.rate, row: what }));
  const latency: Line = [`${name}: requests' p99`, (checks) => p99Cell(row(checks))];
  if (pacerOf(mix.row) === null) return [latency];
  return [
    [`${name}: throughput`, (checks) => pairCell(row(checks), "percent")],
    [`${name}: busiest second`, (checks) => pairCell(row(checks), "worstSecondPercent")],
    latency,
    [`${name}: p99 ÷ self-paced`, (checks) => ratioCell(row(checks), other(checks, "self-paced"))],
    [`${name}: p99 ÷ alone`, (checks) => ratioCell(row(checks), other(checks, "alone"))],
  ];
}

function pairCell(row: MixFigures | null, figure: "percent" | "worstSecondPercent"): string {
  if (row === null) return NO_FIGURE;
  return `${row.ingress[figure].toFixed(1)} / ${row.egress[figure].toFixed(1)} %`;
}

function p99Cell(row: MixFigures | null): string {
  const p99 = row?.requests?.p99 ?? null;
  return p99 === null ? NO_FIGURE : `${p99.toFixed(2)} ms`;
}

function ratioCell(row: MixFigures | null, base: MixFigures | null): string {
  return row === null || base === null ? NO_FIGURE : `${latencyRatio(row, base).toFixed(2)} ×`;
}

function featureCell(checks: readonly CheckReport[], feature: string): string {
  const has = dataOf<{ features: Features }>(checks, "features")?.features[feature];
  return has === undefined ? NO_FIGURE : has ? "yes" : "no";
}

function releaseOf(checks: readonly CheckReport[]): string {
  return dataOf<{ release: string }>(checks, "features")?.release ?? NO_FIGURE;
}

function dataOf<T>(checks: readonly CheckReport[], name: string): T | null {
  return (checks.find(({ check }) => check === name)?.data ?? null) as T | null;
}

function kernelNames(): string[] {
  return KERNELS.map(({ name }) => name);
}

function eachKernel(results: Results, cell: Line[1]): string[] {
  return kernelNames().map((name) => cell(results.get(name) ?? []));
}

function lines(results: Results, rows: readonly Line[]): string[][] {
  return rows.map(([about, cell]) => [about, ...eachKernel(results, cell)]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
