import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readInteger, readStruct, writeStruct } from "./struct.ts";

const sample = {
  size: 24,
  fields: {
    word: { offset: 0, size: 4, signed: false },
    long: { offset: 8, size: 8, signed: false },
    short: { offset: 16, size: 2, signed: false },
    row: { offset: 18, size: 1, signed: false, count: 4 },
    inner: { offset: 0, size: 8, fields: { deep: { offset: 0, size: 8, signed: false } } },
  },
} as const;
const writable = {
  size: 16,
  fields: { word: sample.fields.word, long: sample.fields.long },
} as const;

Deno.test("writeStruct() writes what readStruct() reads, at any place", () => {
  const word = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });
  const long = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(fc.property(word, long, fc.nat({ max: 40 }), (word, long, at) => {
    const view = new DataView(new ArrayBuffer(60));
    writeStruct(view, writable, { word, long }, at);
    assertEquals(readStruct(view, writable, at), { word, long });
  }));
});

Deno.test("readStruct() leaves out arrays and nested structs", () => {
  assertEquals(Object.keys(readStruct(new DataView(new ArrayBuffer(24)), sample)), ["word", "long", "short"]);
});

Deno.test("writeStruct() refuses a value that its field would cut", () => {
  const view = new DataView(new ArrayBuffer(16));
  for (const word of [-1n, 2n ** 32n]) {
    assertThrows(() => writeStruct(view, writable, { word, long: 0n }), RangeError, `${word} to "word"`);
  }
  for (const long of [-1n, 2n ** 64n]) {
    assertThrows(() => writeStruct(view, writable, { word: 0n, long }), RangeError, `${long} to "long"`);
  }
});

Deno.test("writeStruct() refuses a field that is not there, and one of a size that is only read", () => {
  const view = new DataView(new ArrayBuffer(24));
  const strange: Record<string, bigint> = { other: 1n };
  const values = { word: 0n, long: 0n, ...strange };
  assertThrows(() => writeStruct(view, writable, values), RangeError, '"other": there is no such field');
  assertThrows(() => writeStruct(view, sample, { word: 0n, long: 0n, short: 1n }), RangeError, '"short"');
});

for (const size of [1, 2, 4, 8] as const) {
  Deno.test(`readInteger() reads ${size} bytes, signed and unsigned`, () => {
    const bits = size * 8;
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }), (value) => {
      const view = new DataView(new ArrayBuffer(12));
      view.setBigUint64(3, value, true);
      assertEquals(readInteger(view, 3, { size, signed: false }), value);
      assertEquals(readInteger(view, 3, { size, signed: true }), BigInt.asIntN(bits, value));
    }));
  });
}
