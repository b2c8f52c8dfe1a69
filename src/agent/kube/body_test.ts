import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { readLines, readText, TooLongError } from "./body.ts";

/** A body that comes in these pieces. */
function body(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces);
}

/** A text as UTF-8, cut anywhere, also within a character. */
function cut(text: string, size: number): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

Deno.test("readLines() gives the same lines however the bytes are cut", async () => {
  const line = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !/[\n\ufeff]/.test(text));
  await fc.assert(fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
    const text = lines.map((each) => `${each}\n`).join("");
    assertEquals(await Array.fromAsync(readLines(body(cut(text, size)), 1000)), lines);
  }));
});

Deno.test("readLines() leaves out empty lines, and a last one that was cut short", async () => {
  const pieces = cut("a\n\n\nb\nhalf", 3);
  assertEquals(await Array.fromAsync(readLines(body(pieces), 10)), ["a", "b"]);
});

Deno.test("readLines() refuses a line that never ends", async () => {
  const endless = body(cut("x".repeat(100), 10));
  await assertRejects(() => Array.fromAsync(readLines(endless, 50)), TooLongError, "longer than 50");
});

Deno.test("readText() reads all, and refuses more than it is to take", async () => {
  assertEquals(await readText(body(cut("grüße", 1)), 5), "grüße");
  assertEquals(await readText(null, 5), "");
  await assertRejects(() => readText(body(cut("123456", 2)), 5), TooLongError, "longer than 5");
});
