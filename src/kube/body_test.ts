import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { readLines, readText, TooLongError } from "./body.ts";

const SIGNAL = new AbortController().signal;

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
    assertEquals(await Array.fromAsync(readLines(body(cut(text, size)), 1000, SIGNAL)), lines);
  }));
});

Deno.test("readLines() leaves out empty lines, and a last one that was cut short", async () => {
  const pieces = cut("a\n\n\nb\nhalf", 3);
  assertEquals(await Array.fromAsync(readLines(body(pieces), 10, SIGNAL)), ["a", "b"]);
});

Deno.test("readLines() refuses a line that never ends", async () => {
  const endless = body(cut("x".repeat(100), 10));
  await assertRejects(() => Array.fromAsync(readLines(endless, 50, SIGNAL)), TooLongError, "longer than 50");
});

Deno.test("readText() reads all, and refuses more than it is to take", async () => {
  assertEquals(await readText(body(cut("grüße", 1)), 5, SIGNAL), "grüße");
  assertEquals(await readText(null, 5, SIGNAL), "");
  await assertRejects(() => readText(body(cut("123456", 2)), 5, SIGNAL), TooLongError, "longer than 5");
});

Deno.test("readLines() ends when its signal is aborted, though the server says nothing more", async () => {
  const stop = new AbortController();
  let cancelled = false;
  const silent = new ReadableStream<Uint8Array>({
    start: (out) => out.enqueue(new TextEncoder().encode("a\n")),
    cancel: () => {
      cancelled = true;
    },
  });
  const lines = readLines(silent, 10, stop.signal);
  assertEquals((await lines.next()).value, "a");
  const next = lines.next();
  stop.abort(new Error("aborted"));
  await assertRejects(() => next, Error, "aborted");
  assertEquals(cancelled, true);
});
