import { assertEquals, assertGreater } from "@std/assert";
import { preparePrograms } from "../add/programs.ts";
import { findNatra } from "../../../tests/rig/places.ts";
import type { Time } from "./measure.ts";
import { judge, runStatus, summarizeTimes } from "./run_status.ts";

Deno.test("summarizeTimes() takes the empty program of the same round off, and judge() holds the median against the goal", () => {
  const of = (...walls: number[]): Time[] => walls.map((wall) => ({ wall, cpu: wall / 2 }));
  const same = of(100, 110, 120);
  const times = {
    "empty": of(10, 20, 30),
    "status": of(310, 330, 350),
    "status -o json": same,
    "status -v": same,
    "top --once": same,
  };
  const took = summarizeTimes(times);
  assertEquals(took.find(({ name }) => name === "status")?.above, { median: 310, min: 300, max: 320 });
  assertEquals(took.find(({ name }) => name === "status")?.cpuAbove.median, 155);
  assertEquals([judge(took).value, judge(took).met], [310, false]);
});

Deno.test("many real pods with heavy flows are all shown, by every command that is measured", async () => {
  const natra = await findNatra(new URL("../../../build/natra", import.meta.url).pathname);
  const { empty } = await preparePrograms();
  const times = await runStatus({ natra, empty, pods: 6, flows: 100, rounds: 1 });
  for (const [name, rounds] of Object.entries(times)) {
    assertEquals(rounds.length, 1, name);
    assertGreater(rounds[0]?.wall ?? 0, 0, name);
  }
});
