import { assertEquals, assertStringIncludes } from "@std/assert";
import { KINDS, type Leftovers } from "../../tests/rig/leftovers.ts";
import { draw, figures, problems, RECONCILE_LIMIT, type Report } from "./report.ts";

const nothing = Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as Leftovers;
const verb = figures({ sent: 3, killed: 1, ms: [40, 60] });
const good: Report = {
  pods: 3,
  workers: 1,
  seed: 1,
  seconds: 1,
  verbs: { ADD: verb, CHECK: verb, DEL: verb },
  forgotten: 1,
  reconciled: 0,
  finished: 0,
  survivors: 1,
  before: { ...nothing, pin: ["/sys/fs/bpf/natra/a"] },
  reconcileMs: RECONCILE_LIMIT,
  after: nothing,
  foreign: [null],
  failures: [],
};

Deno.test("problems() finds none where one reconcile removed everything in time", () => {
  assertEquals(problems(good), []);
});

Deno.test("problems() names what is left, what is touched, what failed and what was slow", () => {
  const bad = {
    ...good,
    after: { ...nothing, qdisc: ["eth0: htb"] },
    foreign: [null, "foreign tcx on a: gone"],
    failures: ["ADD: exit 1"],
    reconcileMs: RECONCILE_LIMIT + 1,
  };
  const wanted = [
    "ADD: exit 1",
    "left behind: qdisc eth0: htb",
    "foreign tcx on a: gone",
    "reconcile took 10001 ms",
  ];
  assertEquals(problems(bad), wanted);
  for (const problem of wanted) assertStringIncludes(draw(bad), `PROBLEM ${problem}`);
});

Deno.test("figures() sums up the calls that were not killed, and says nothing where there is none", () => {
  assertEquals(verb, { sent: 3, killed: 1, p50: 40, p99: 60 });
  assertEquals(figures({ sent: 1, killed: 1, ms: [] }), { sent: 1, killed: 1, p50: null, p99: null });
});
