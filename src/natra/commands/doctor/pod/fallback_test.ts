import { assertEquals } from "@std/assert";
import { appliedOf, HELD } from "../../../../../tests/rig/any_applied.ts";
import type { Applied, AppliedDirection } from "../../../datapath/record.ts";
import { features } from "../node/features.ts";
import { fallback } from "./fallback.ts";
import type { Evidence } from "./evidence.ts";

type Case = Pick<AppliedDirection, "pacer" | "queue"> & {
  readonly asked: AppliedDirection["pacer"] | "auto";
};

function podOf({ pacer, queue, asked }: Case, attach: Applied["attach"] = "tcx"): Applied {
  return appliedOf({
    attach,
    ingress: null,
    egress: { limit: { ...HELD.limit, pacer: asked }, pacer, queue },
    choices: [{ what: "egress pacer", choice: queue, why: "instead of htb (no such queue)" }],
  });
}

const CASES: readonly (readonly [Case, readonly string[]])[] = [
  [{ asked: "auto", pacer: "htb", queue: "htb + fq_codel" }, []],
  [{ asked: "htb", pacer: "htb", queue: "htb + fq_codel" }, []],
  [{ asked: "edt", pacer: "edt", queue: "fq" }, []],
  [{ asked: "police", pacer: "police", queue: "drops" }, []],
  [{ asked: "auto", pacer: "police", queue: "drops" }, ["trouble policed"]],
  [{ asked: "edt", pacer: "police", queue: "drops" }, ["trouble policed"]],
  [{ asked: "edt", pacer: "htb", queue: "htb + fq_codel" }, ["notice other-pacer"]],
];

for (const [made, ids] of CASES) {
  Deno.test(`fallback() says of ${made.pacer} where ${made.asked} was asked for: ${ids.join() || "nothing"}`, () => {
    const evidence = { applied: podOf(made) } as Evidence; // what fallback() does not look at is left out
    const found = fallback(evidence);
    assertEquals(found.map(({ level, id }) => `${level} ${id}`), ids);
    for (const { what } of found) assertEquals(what.includes("instead of htb (no such queue)"), true);
  });
}

Deno.test("features() reports once for all pods what the kernel lacks", () => {
  const good = podOf({ asked: "auto", pacer: "htb", queue: "htb + tbf + fq_codel" });
  const poor = podOf({ asked: "auto", pacer: "htb", queue: "htb + tbf + bfifo" }, "clsact");
  assertEquals(features([]), []);
  assertEquals(features([good]), []);
  const found = features([good, poor, poor]);
  assertEquals(found.map(({ level, id }) => `${level} ${id}`), ["notice no-fq-codel", "notice clsact"]);
  for (const { what } of found) assertEquals(what.startsWith("2 of 3 pods "), true);
});
