import { assertEquals, assertStringIncludes } from "@std/assert";
import { Progress, progressLine } from "./progress.ts";

Deno.test("progressLine() counts the seconds that are left", () => {
  assertEquals(progressLine(24, 48, "x"), `${"█".repeat(10)}${"░".repeat(10)} 0:24 left · x`);
  assertEquals(progressLine(0, 240, "x").slice(20), " 4:00 left · x");
});

Deno.test("Progress writes plain lines where there is no terminal", () => {
  let written = "";
  {
    using progress = new Progress([16, 16], false, (text) => written += text);
    progress.begin("one");
    progress.end();
    progress.begin("two");
    progress.end();
  }
  assertEquals(written, "[1/2] one\n[2/2] two\n");
});

Deno.test("Progress counts each measurement with its own length", () => {
  let written = "";
  using progress = new Progress([10, 30], true, (text) => written += text);
  progress.begin("one");
  progress.end();
  assertStringIncludes(written, " 0:40 left · one");
  progress.begin("two");
  progress.end();
  assertStringIncludes(written, " 0:30 left · two");
});

Deno.test("Progress leaves no line on a terminal, and no timer", () => {
  let written = "";
  {
    using progress = new Progress([16], true, (text) => written += text);
    progress.begin("one");
  }
  assertEquals(written.endsWith("\r\x1b[K"), true);
});
