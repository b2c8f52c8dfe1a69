import { assertEquals, assertThrows } from "@std/assert";
import { leastWhile, Stolen, stolenNote, stolenTicks } from "./stolen.ts";

const STAT = `cpu  5178792 228537 1152986 5797840 8523 0 178163 61252 7 9
cpu0 2578792 128537 552986 2797840 4523 0 88163 30252 0 0
intr 1 2 3
`;

Deno.test("stolenTicks() reads the eighth figure of all processors", () => {
  assertEquals(stolenTicks(STAT), 61252);
  assertThrows(() => stolenTicks("cpu  1 2 3\n"), Error, "/proc/stat");
});

Deno.test("Stolen finds a share on this machine", () => {
  const share = new Stolen().share();
  assertEquals(share >= 0, true);
});

Deno.test("leastWhile() asks for nothing of a machine that was away", () => {
  assertEquals([leastWhile(95, 0), leastWhile(95, 0.01), leastWhile(95, 0.02)], [95, 95, 0]);
});

Deno.test("stolenNote() tells of more than a hundredth", () => {
  assertEquals([stolenNote(0.01), stolenNote(0.123)], [null, "the host took 12 % of a processor"]);
});
