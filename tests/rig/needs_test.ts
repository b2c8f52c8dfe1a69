import { assertEquals } from "@std/assert";
import { markSkipped, needsBuilt, skipReason } from "./needs.ts";

Deno.test("skipReason() gives back what markSkipped() put behind a name", () => {
  assertEquals(skipReason(`a test [of it] ${markSkipped("no [go] here")}`), "no [go] here");
  assertEquals([skipReason("a test"), skipReason("a test [of it]")], [null, null]);
});

Deno.test("needsBuilt() names what the build has not made", () => {
  assertEquals(needsBuilt(), null);
  assertEquals(needsBuilt("no-such.so"), '"deno task build" has not made no-such.so yet');
});
