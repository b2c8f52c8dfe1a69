import { assertEquals } from "@std/assert";
import { Progress, progressLine } from "./progress.ts";

Deno.test("progressLine() counts parts of a measurement", () => {
  assertEquals(progressLine(1.5, 3, 16, "x"), `${"█".repeat(10)}${"░".repeat(10)} 0:24 left · x`);
  assertEquals(progressLine(0, 15, 16, "x").slice(20), " 4:00 left · x");
});

Deno.test("Progress writes plain lines where there is no terminal", () => {
  let written = "";
  {
    using progress = new Progress(2, 16, false, (text) => written += text);
    progress.begin("one");
    progress.end();
    progress.note("well");
    progress.begin("two");
    progress.end();
  }
  assertEquals(written, "[1/2] one\nwell\n[2/2] two\n");
});

Deno.test("Progress leaves no line on a terminal, and no timer", () => {
  let written = "";
  {
    using progress = new Progress(1, 16, true, (text) => written += text);
    progress.begin("one");
  }
  assertEquals(written.endsWith("\r\x1b[K"), true);
});
