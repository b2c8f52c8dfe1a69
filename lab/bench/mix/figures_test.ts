import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { ElephantFigures } from "../../../tests/rig/elephant.ts";
import { RigError } from "../../../tests/rig/run.ts";
import type { Measurement } from "../../../tests/rig/scenario.ts";
import { shareOfTcp, summarizeRow } from "./figures.ts";

const direction = { rate: 10e6, percent: 100, worstSecondPercent: 101 };
const elephant = (
  direction: "ingress" | "egress",
  protocol: "tcp" | "udp",
  goodput: number | null,
): ElephantFigures => ({ direction, protocol, goodput, congestionControl: null, retransmits: null });

function round(samples: readonly number[], due: readonly number[], p99: number | null): Measurement {
  return {
    ...{
      ingress: direction,
      egress: direction,
      elephants: [],
      host: { stolen: 0, others: 0, waited: 0 },
      limiterStderr: "",
    },
    requests: {
      ...{
        count: samples.length,
        bad: 1,
        errors: { Refused: 1 },
        maxStartDelay: 0.1,
        p50: 1,
        p90: 1,
        p99,
        max: 9,
        samples,
        due,
      },
    },
  };
}

Deno.test("shareOfTcp() takes the worse direction, in wire bytes", () => {
  const both = [elephant("ingress", "tcp", 1448), elephant("ingress", "udp", 1400)];
  // 1514 against 1442 bytes on the wire
  assertAlmostEquals(
    shareOfTcp([...both, elephant("egress", "tcp", 9e9), elephant("egress", "udp", 1)])!,
    51.22,
    0.01,
  );
  assertEquals(shareOfTcp([...both, elephant("egress", "tcp", null), elephant("egress", "udp", 1)]), 0);
  assertEquals(shareOfTcp([elephant("ingress", "tcp", 1)]), null);
});

Deno.test("summarizeRow() gives medians, and p99 from the second second on by itself", () => {
  const figures = summarizeRow(
    "row",
    [
      round([50, 1, 2], [0.1, 1, 1.5], 50),
      round([60, 3, 4], [0.2, 1.1, 1.6], 60),
    ],
    2,
  );
  assertEquals([figures.p99.median, figures.lateP99.median, figures.lateP99.min], [55, 3, 2]);
  assertEquals([figures.samples, figures.bad, figures.perSecond.median], [6, 2, 1]);
  assertEquals(figures.errors, { Refused: 2 });
});

Deno.test("summarizeRow() refuses a round without requests", () => {
  assertThrows(() => summarizeRow("row", [round([], [], null)], 1), RigError, '"row"');
});
