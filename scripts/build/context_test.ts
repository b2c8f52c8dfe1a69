import { assertEquals, assertThrows } from "@std/assert";
import { context, parsePins, pin } from "./context.ts";

Deno.test("parsePins() reads values and skips comments", () => {
  assertEquals(parsePins("# a comment\n\nZIG_VERSION=1.2.3\nSUM=h1:a+b/c=\n"), {
    ZIG_VERSION: "1.2.3",
    SUM: "h1:a+b/c=",
  });
});

Deno.test("parsePins() rejects a line that is not an assignment", () => {
  assertThrows(() => parsePins("ZIG_VERSION: 1"), SyntaxError, '"ZIG_VERSION: 1"');
});

Deno.test("pin() finds what the repository pins and names what it does not", () => {
  const here = context(false);
  assertEquals(pin(here, "DENO_VERSION"), Deno.version.deno);
  assertThrows(() => pin(here, "NO_SUCH_PIN"), Error, '"NO_SUCH_PIN"');
});
