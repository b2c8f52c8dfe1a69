import { assertEquals } from "@std/assert";
import { appliedOf, HELD } from "../../../../../tests/rig/any_applied.ts";
import type { Applied } from "../../../datapath/record.ts";
import type { Counters } from "../../../datapath/counters.ts";
import type { VethSample } from "../../../datapath/inspect.ts";
import { stats } from "../../../datapath/layout.ts";
import { compareCounters, passing } from "./passing.ts";
import type { Evidence } from "./evidence.ts";

const applied = appliedOf({ egress: HELD });

/** What passed while it was watched, in bytes. */
interface Passed {
  /** At the node's end, and at the pod's. */
  readonly sent?: bigint;
  readonly received?: bigint;
  readonly left?: bigint;
  readonly arrived?: bigint;
  /** By natra. */
  readonly ingress?: bigint;
  readonly egress?: bigint;
  readonly guard?: bigint;
}

function counters(fields: Partial<Counters>): Counters {
  const none = Object.fromEntries(Object.keys(stats.fields).map((name) => [name, 0n])) as Counters;
  return { ...none, ...fields };
}

function sampleOf(passed: Passed): VethSample {
  const { sent = 0n, received = 0n, left = 0n, arrived = 0n, ingress = 0n, egress = 0n, guard = 0n } = passed;
  return {
    inside: { rxBytes: received, txBytes: left },
    outside: { rxBytes: arrived, txBytes: sent },
    counters: {
      ingress: counters({ light_bytes: ingress / 2n, heavy_bytes: ingress - ingress / 2n }),
      egress: counters({ heavy_bytes: egress, guard_bytes: guard }),
    },
  };
}

function diagnose(passed: Passed, pod: Applied, waiting = 0): { ids: string[]; verdicts: string[] } {
  const watched = { before: sampleOf({}), after: sampleOf(passed) };
  const comparisons = {
    ingress: compareCounters(pod, "ingress", watched, waiting),
    egress: compareCounters(pod, "egress", watched, waiting),
  };
  // what passing() does not look at is left out
  const evidence = { applied: pod, watched, comparisons } as Evidence;
  return {
    ids: passing(evidence).map(({ id }) => id),
    verdicts: [comparisons.ingress.verdict, comparisons.egress.verdict],
  };
}

const M = 1_000_000n;
const CASES: readonly (readonly [string, Passed, Partial<Applied>, readonly string[], readonly string[]])[] =
  [
    ["nothing", {}, {}, [], ["idle", "idle"]],
    [
      "all of it counted",
      { sent: M, received: M, ingress: M, left: M, arrived: M, egress: M, guard: M },
      {},
      [],
      ["counted", "counted"],
    ],
    [
      "headers counted for each segment",
      {
        sent: M,
        received: M,
        ingress: 1_040_000n,
        left: M,
        arrived: M,
        egress: 1_040_000n,
        guard: 1_040_000n,
      },
      {},
      [],
      ["counted", "counted"],
    ],
    ["packets that come past the node's end", { received: M, sent: 500n }, {}, ["bypassed"], [
      "missed",
      "idle",
    ]],
    [
      "some that come past it",
      { received: M, sent: M / 2n, ingress: M / 2n },
      {},
      ["bypassed"],
      ["missed", "idle"],
    ],
    ["packets that natra's program does not see", { received: M, sent: M }, {}, ["uncounted"], [
      "missed",
      "idle",
    ]],
    [
      "packets past the node's end with podside, counted",
      { received: M, ingress: M },
      { side: "pod" },
      [],
      ["counted", "idle"],
    ],
    ["packets that podside misses", { received: M }, { side: "pod" }, ["uncounted"], ["missed", "idle"]],
    [
      "what leaves uncounted, and is guarded",
      { left: M, arrived: M, guard: M },
      {},
      ["uncounted"],
      ["idle", "missed"],
    ],
    [
      "what leaves counted, and unguarded",
      { left: M, arrived: M, egress: M },
      {},
      ["guard-skipped"],
      ["idle", "counted"],
    ],
    [
      "a guard that does not count light flows",
      { left: M, arrived: M, egress: M },
      { egress: { ...HELD, limit: { ...HELD.limit, mice: "free" } } },
      [],
      ["idle", "counted"],
    ],
    ["a direction that is not held", { received: M, sent: M }, { ingress: null }, [], ["unknown", "idle"]],
  ];

for (const [what, passed, pod, ids, verdicts] of CASES) {
  Deno.test(`passing() says of ${what}: ${ids.join(", ") || "nothing"}`, () => {
    assertEquals(diagnose(passed, { ...applied, ...pod }), { ids: [...ids], verdicts: [...verdicts] });
  });
}

Deno.test("compareCounters() knows that what waited before the watch was counted before it", () => {
  const passed = { sent: 100_000n, received: 100_000n, ingress: 10_000n };
  assertEquals(diagnose(passed, applied).ids, ["uncounted"]);
  assertEquals(diagnose(passed, applied, 90_000).verdicts, ["counted", "idle"]);
});

Deno.test("compareCounters() knows nothing without a watch, or where the counters are gone", () => {
  assertEquals(compareCounters(applied, "ingress", null, 0).verdict, "unknown");
  const gone: VethSample = { ...sampleOf({}), counters: { ingress: null, egress: null } };
  assertEquals(compareCounters(applied, "ingress", { before: gone, after: gone }, 0).verdict, "unknown");
});
