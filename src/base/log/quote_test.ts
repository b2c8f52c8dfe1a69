import { assertEquals, assertLessOrEqual, assertNotMatch } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../../tests/rig/any_text.ts";
import { escapeInvisible, escapeText, quote, quoteValue } from "./quote.ts";

Deno.test("quote() escapes what could forge a line or turn the writing direction", () => {
  assertEquals(quote('a"\n\u001b[31m\u0085\u202e\u2028'), String.raw`"a\"\n\u001b[31m\u0085\u202e\u2028"`);
});

Deno.test("quote() escapes a lone surrogate and keeps a pair", () => {
  assertEquals(quote("\ud800é😀"), String.raw`"\ud800é😀"`);
});

Deno.test("quote() cuts between characters, never inside an escape", () => {
  assertEquals(quote("abc\n", 5), String.raw`"abc\n"`);
  assertEquals(quote("abcd\n", 5), '"abcd…"');
  assertEquals(quote("abcd😀", 5), '"abcd…"');
});

Deno.test("escapeText() leaves names alone, and escapes what a terminal would obey", () => {
  assertEquals(escapeText("kube-system/coredns-7f6c"), "kube-system/coredns-7f6c");
  assertEquals(escapeText("a\u001b[2J\u202eb\n"), String.raw`a\u001b[2J\u202eb\n`);
  assertEquals(escapeText("abcdef", 3), "abc…");
});

Deno.test("escapeText() is what quote() has between its quotes, except for quotes inside", () => {
  fc.assert(fc.property(anyText(), (text) => {
    const without = text.replaceAll('"', "'");
    assertEquals(`"${escapeText(without, 40)}"`, quote(without, 40));
  }));
  assertEquals(escapeText('the peer of "eth0"\n'), String.raw`the peer of "eth0"\n`);
});

Deno.test("quote() is a short JSON string without control characters, whatever the text", () => {
  fc.assert(fc.property(anyText(300), (text) => {
    const quoted = quote(text);
    assertLessOrEqual(quoted.length, 83);
    assertNotMatch(quoted, /\p{Cc}|\p{Zl}|\p{Zp}|\p{Cs}/u);
    if (!quoted.endsWith('…"')) assertEquals(JSON.parse(quoted), text);
  }));
});

Deno.test("quoteValue() names what it does not print", () => {
  const given = [null, undefined, true, 1.5, 7n, "x", [1, 2], { a: 1 }, NaN];
  const shown = ["null", "undefined", "true", "1.5", "7", '"x"', "a list of 2", "an object", "NaN"];
  assertEquals(given.map(quoteValue), shown);
});

Deno.test("escapeInvisible() leaves valid JSON with the same meaning", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value);
    assertEquals(JSON.parse(escapeInvisible(text)), JSON.parse(text));
  }));
});
