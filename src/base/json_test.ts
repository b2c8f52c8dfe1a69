import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isJsonObject, parseExact, toPlain } from "./json.ts";

Deno.test("parseExact() keeps the text of every number", () => {
  for (
    const number of [
      "0",
      "-0",
      "1",
      "1.0",
      "1e3",
      "1E+3",
      "12345678901234567890",
      "-9223372036854775808",
      "1e400",
      "0.1",
    ]
  ) {
    const text = `{"a":[${number}],"b":{"c":${number}}}`;
    assertEquals(JSON.stringify(parseExact(text)), text);
  }
});

Deno.test("parseExact() leaves numbers that survive as numbers", () => {
  assertEquals(parseExact('{"a":10000000,"b":1.5}'), { a: 10_000_000, b: 1.5 });
});

Deno.test("parseExact() makes a key of __proto__, not a prototype", () => {
  const text = '{"__proto__":{"a":1},"b":1.0}';
  const value = parseExact(text);
  assertEquals(JSON.stringify(value), text);
  assertEquals(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("parseExact() rejects what nests too deep to be written again", () => {
  assertThrows(() => parseExact("[".repeat(257) + "]".repeat(257)), SyntaxError, "deeper than 256");
  assertThrows(() => parseExact('{"a":'.repeat(5_000_000 / 5)), SyntaxError, "deeper than 256");
  const allowed = "[".repeat(256) + "]".repeat(256);
  assertEquals(JSON.stringify(parseExact(allowed)), allowed);
});

Deno.test("parseExact() ignores brackets in strings", () => {
  const text = JSON.stringify({ a: "[{".repeat(1000), b: '\\"[' });
  assertEquals(JSON.stringify(parseExact(text)), text);
});

Deno.test("parseExact() rejects what is not JSON", () => {
  for (const text of ["", "{", "nul", "{'a':1}", '{"a":01}', '"\n"', "1 2", "\ufeff{}"]) {
    assertThrows(() => parseExact(text), SyntaxError);
  }
});

Deno.test("parseExact() and JSON.stringify() give the text back, whatever the value", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
    const text = JSON.stringify(value);
    assertEquals(JSON.stringify(parseExact(text)), text);
    assertEquals(toPlain(parseExact(text)), JSON.parse(text));
  }));
});

Deno.test("toPlain() computes numbers that were kept as text", () => {
  assertEquals(toPlain(parseExact('{"a":[1.0,1e400,{"b":18446744073709551615}],"c":null}')), {
    a: [1, Infinity, { b: 18446744073709552000 }],
    c: null,
  });
});

Deno.test("isJsonObject() distinguishes objects from lists, null, and numbers kept as text", () => {
  assertEquals(["{}", "[]", "null", "1.0", '"x"'].map((text) => isJsonObject(parseExact(text))), [
    true,
    false,
    false,
    false,
    false,
  ]);
});
