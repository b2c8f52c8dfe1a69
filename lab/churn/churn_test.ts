/** The churn's short form; `deno task test:churn` is the long one. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { needsBuilt, testIf } from "../../tests/rig/needs.ts";
import { KINDS } from "../../tests/rig/leftovers.ts";
import { draw, problems } from "./report.ts";
import { runChurn } from "./run_churn.ts";

const NATRA = new URL("../../build/natra", import.meta.url).pathname;
const needs = Deno.uid() === 0 ? needsBuilt("natra") : "only root may make a network namespace";

testIf(needs, "churn: one reconcile leaves nothing of natra's, and all of what is others'", async () => {
  const report = await runChurn({ pods: 60, workers: 4, seed: 7, natra: NATRA });
  assertEquals(problems(report), [], draw(report));
  // That the run was clumsy enough to say anything.
  const { ADD, DEL } = report.verbs;
  assert(ADD.killed > 0 && DEL.killed > 0 && report.forgotten > 0 && report.survivors > 0, draw(report));
  assertEquals(report.foreign.length, 6);
  for (const kind of ["record", "pin", "qdisc"] as const) {
    assertGreater(report.before[kind].length, 0, `nothing of kind ${kind} was left to reconcile`);
  }
  assertEquals(KINDS.map((kind) => report.after[kind]), KINDS.map(() => []));
});
