import { assertEquals, assertGreaterOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readAll, writeAll } from "./stdio.ts";

/** A source that hands out its chunks one by one. */
function chunks(parts: readonly Uint8Array[]): { readSync(into: Uint8Array): number | null } {
  const left = parts.filter((part) => part.length > 0).map((part) => part.slice());
  return {
    readSync(into): number | null {
      const [part] = left;
      if (part === undefined) return null;
      const count = Math.min(part.length, into.length);
      into.set(part.subarray(0, count));
      if (count === part.length) left.shift();
      else left[0] = part.subarray(count);
      return count;
    },
  };
}

Deno.test("readAll() joins what arrives in pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 6 }), (parts) => {
      const whole = parts.flatMap((part) => [...part]);
      assertEquals([...readAll(chunks(parts), 1 << 20) ?? []], whole);
    }),
    { numRuns: 20 },
  );
});

Deno.test("readAll() returns null beyond its limit, and everything up to it", () => {
  assertEquals(readAll(chunks([new Uint8Array(100)]), 99), null);
  assertEquals(readAll(chunks([new Uint8Array(100)]), 100)?.length, 100);
});

Deno.test("writeAll() goes on after a short write", () => {
  const written: number[] = [];
  const sink = {
    writeSync(bytes: Uint8Array): number {
      const taken = bytes.subarray(0, 3);
      written.push(...taken);
      return taken.length;
    },
  };
  writeAll(sink, new Uint8Array([1, 2, 3, 4, 5, 6, 7]));
  assertEquals(written, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("writeAll() waits for a full pipe, but not longer than it may", () => {
  let refusals = 3;
  const slow = {
    writeSync(bytes: Uint8Array): number {
      if (refusals-- > 0) throw new Deno.errors.WouldBlock("full");
      return bytes.length;
    },
  };
  const began = performance.now();
  writeAll(slow, new Uint8Array(10));
  assertGreaterOrEqual(performance.now() - began, 2);
  refusals = Infinity;
  assertThrows(() => writeAll(slow, new Uint8Array(10), 5), Deno.errors.WouldBlock);
});

Deno.test("writeAll() throws instead of spinning when the sink accepts no bytes", () => {
  assertThrows(() => writeAll({ writeSync: () => 0 }, new Uint8Array(1)), Error, "accepts no bytes");
});
