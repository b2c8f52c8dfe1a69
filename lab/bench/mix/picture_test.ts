import { assertEquals } from "@std/assert";
import { latencyBar, throughputBar } from "./picture.ts";

const length = (text: string): number => text.trimEnd().length;

Deno.test("throughputBar() ends just before the mark at 100 %", () => {
  assertEquals(throughputBar(100), "█".repeat(33) + "│" + " ".repeat(7));
});

Deno.test("throughputBar() shows an overshoot behind the mark, and one that does not fit", () => {
  assertEquals(throughputBar(110), "█".repeat(33) + "╂" + "█".repeat(3) + " ".repeat(4));
  assertEquals(throughputBar(238_123).at(-1), "»");
});

Deno.test("throughputBar() and latencyBar() keep their width", () => {
  for (const value of [0, 3, 99.9, 120, 1e9]) {
    assertEquals(throughputBar(value).length, 41);
    assertEquals(latencyBar(value, 4).length, 40);
  }
});

Deno.test("latencyBar() grows by the same for each power of ten", () => {
  assertEquals([0, 0.1, 1, 10, 100, 1000].map((ms) => length(latencyBar(ms, 4))), [1, 1, 10, 20, 30, 40]);
});
