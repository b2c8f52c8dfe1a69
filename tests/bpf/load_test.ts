import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { PACER_KINDS } from "../../src/natra/limits/fields.ts";
import { report } from "../../scripts/build/run.ts";
import { compile, IN_GUEST } from "./compile.ts";
import { Datapath } from "./datapath.ts";
import { LoadFailure } from "./load_failure.ts";
import { loadObject } from "./object.ts";
import { progRun } from "./prog_run.ts";
import { flow, START } from "./traffic.ts";

/** An emulated processor takes its time: there a large map is made with the largest depth alone. */
const DEPTHS = IN_GUEST ? [1, 4, 8] : [1, 2, 3, 4, 5, 6, 7, 8];
const MAX_DEPTH = 8;
const WIDTHS = [64, 65_536] as const;
const NEXT = -1;
/** What the kernel walks through at most; 5.10 and 7.2 count alike. */
const VERIFIER_LIMIT = 1_000_000;

Deno.test("loadPrograms() passes the verifier in every combination of choices", () => {
  let largest: { instructions: number; of: string } | null = null;
  for (const pacer of PACER_KINDS) {
    for (const bucket of ["pod", "flow"] as const) {
      for (const mice of ["charged", "free"] as const) {
        for (const depth of DEPTHS) {
          for (const width of IN_GUEST && depth < MAX_DEPTH ? WIDTHS.slice(0, 1) : WIDTHS) {
            using datapath = Datapath.shipped({ pacer, limit: { bucket, mice, depth, width } });
            assertEquals(datapath.shape(flow(1)).verdict, NEXT);
            const instructions = datapath.verifiedInstructions;
            const of = `${pacer}, bucket ${bucket}, mice ${mice}, ${depth} × ${width}`;
            if (instructions === null) continue; // a kernel before 5.16 does not tell
            if (instructions > (largest?.instructions ?? -1)) largest = { instructions, of };
          }
        }
      }
    }
  }
  if (largest === null) return;
  report(`the verifier walks through ${largest.instructions} instructions at most (${largest.of})`);
  assert(largest.instructions > 0 && largest.instructions < VERIFIER_LIMIT / 4);
});

for (const [name, rate] of Object.entries({ "1k": 3, "1M": 6, "10M": 7, "1G": 9, "100G": 11, "1P": 15 })) {
  for (const pacer of PACER_KINDS) {
    Deno.test(`natra_shape with ${pacer} at ${name} counts light and heavy packets`, () => {
      using datapath = Datapath.clocked({ pacer, limit: { rate: 10n ** BigInt(rate) } });
      const packets = 60; // 89 KB at one instant: above any threshold
      datapath.shape(flow(1), { at: START, repeat: packets });
      const stats = datapath.stats();
      assert(stats.light_packets > 0 && stats.heavy_packets > 0, JSON.stringify(stats));
      assertEquals(stats.light_packets + stats.heavy_packets + stats.light_drops, packets);
    });
  }
}

Deno.test("natra_redirect sends every packet elsewhere", () => {
  using datapath = Datapath.shipped();
  const redirect = 7; // TC_ACT_REDIRECT
  assertEquals(progRun(datapath.programFd("natra_redirect"), flow(1)).verdict, redirect);
});

Deno.test("loadObject() says that the verifier refused a program, and why", () => {
  const refused = compile("tests/bpf/refused.bpf.c");
  const failure = assertThrows(
    () => loadObject("tests/bpf/refused.bpf.c", refused, { programs: ["refused"] }),
    LoadFailure,
    "tests/bpf/refused.bpf.c",
  );
  // As kernels said it for long, and as those from Linux 7 on say it.
  assertMatch(failure.log, /invalid access to packet|access may be outside object bounds/);
});

Deno.test("Datapath.shipped() tells that the kernel refused the product's object", () => {
  assertThrows(() => Datapath.shipped({ limit: { depth: 0 } }), LoadFailure, "EINVAL");
});
