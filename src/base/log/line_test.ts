import { assertEquals, assertLessOrEqual, assertMatch, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../../tests/rig/any_text.ts";
import { formatLine, MAX_LINE_BYTES } from "./line.ts";

const NOW = new Date("2026-01-02T03:04:05.678Z");

Deno.test("formatLine() writes time, level, message and fields in this order", () => {
  assertEquals(
    formatLine("info", "Attached", { ifname: "eth0", rate: 10_000_000n }, NOW),
    '{"time":"2026-01-02T03:04:05.678Z","level":"info","msg":"Attached","ifname":"eth0","rate":"10000000"}\n',
  );
  assertEquals(
    formatLine("warn", "Empty", {}, NOW),
    '{"time":"2026-01-02T03:04:05.678Z","level":"warn","msg":"Empty"}\n',
  );
});

Deno.test("formatLine() does not let fields replace its own", () => {
  const line: unknown = JSON.parse(
    formatLine("info", "mine", { msg: "theirs", level: "error", time: 0, a: 1 }, NOW),
  );
  assertEquals(line, { time: NOW.toISOString(), level: "info", msg: "mine", a: 1 });
});

Deno.test("formatLine() writes an error with its causes", () => {
  const error = new TypeError("outer", { cause: new Error("inner", { cause: "root" }) });
  const line: unknown = JSON.parse(formatLine("error", "Failed", { error }, NOW));
  assertEquals(line, {
    time: NOW.toISOString(),
    level: "error",
    msg: "Failed",
    error: { name: "TypeError", message: "outer", cause: { name: "Error", message: "inner", cause: "root" } },
  });
});

Deno.test("formatLine() survives cycles, of objects and of causes", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assertMatch(formatLine("info", "Cyclic", cycle, NOW), /cannot be written as JSON/);
  const error = new Error("again");
  error.cause = error;
  assertMatch(formatLine("info", "Cyclic", { error }, NOW), /again/);
});

Deno.test("formatLine() cuts a long line and stays within its bound", () => {
  for (const char of ["x", "é", "\u0001", "😀", '"', "\u202e"]) {
    for (
      const line of [
        formatLine("info", char.repeat(20_000), {}, NOW),
        formatLine("info", "Long", { text: char.repeat(20_000) }, NOW),
        formatLine("info", char.repeat(20_000), { text: char.repeat(20_000) }, NOW),
      ]
    ) {
      assertLessOrEqual(new TextEncoder().encode(line).length, MAX_LINE_BYTES);
      assertMatch(line, /"cut":true/);
      JSON.parse(line);
    }
  }
});

Deno.test("formatLine() is one JSON line without control characters, whatever it is given", () => {
  fc.assert(
    fc.property(
      anyText(),
      fc.dictionary(anyText(), fc.anything()),
      (message, fields) => {
        const line = formatLine("debug", message, fields, NOW);
        assertEquals(line.indexOf("\n"), line.length - 1);
        assertNotMatch(line.slice(0, -1), /\p{Cc}|\p{Zl}|\p{Zp}/u);
        JSON.parse(line);
      },
    ),
  );
});
