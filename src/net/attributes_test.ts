import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { nested, readAttributes, readI32, readString, readU32 } from "./attributes.ts";

type Sent = readonly [type: number, value: Uint8Array];

/** Attributes as the kernel lays them out: length, type, value, and padding to four bytes. */
function encode(attributes: readonly Sent[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(attributes.reduce((sum, [, value]) => sum + padded(4 + value.length), 0));
  const fields = new DataView(bytes.buffer);
  let at = 0;
  for (const [type, value] of attributes) {
    fields.setUint16(at, 4 + value.length, true);
    fields.setUint16(at + 2, type, true);
    bytes.set(value, at + 4);
    at += padded(4 + value.length);
  }
  return bytes;
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const bytesOf = (view: DataView): number[] => [
  ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
];

const type = fc.integer({ min: 0, max: 0x3fff });
const value = fc.uint8Array({ maxLength: 40 });
const attributes = fc.uniqueArray(fc.tuple(type, value), { selector: ([key]) => key, maxLength: 12 });

Deno.test("readAttributes() reads back every attribute, behind a header of any length", () => {
  fc.assert(fc.property(attributes, fc.uint8Array({ maxLength: 24 }), (sent, header) => {
    const message = new Uint8Array([...header, ...encode(sent)]);
    const read = readAttributes(viewOf(message), header.length);
    assertEquals(
      [...read].map(([key, found]) => [key, bytesOf(found)]),
      sent.map(([key, bytes]) => [key, [...bytes]]),
    );
  }));
});

Deno.test("readAttributes() reads the same from the middle of a larger buffer", () => {
  fc.assert(fc.property(attributes, fc.integer({ min: 1, max: 30 }), (sent, before) => {
    const encoded = encode(sent);
    const buffer = new Uint8Array(before + encoded.length + 5).fill(0xff);
    buffer.set(encoded, before);
    const read = readAttributes(new DataView(buffer.buffer, before, encoded.length));
    assertEquals([...read.keys()], sent.map(([key]) => key));
  }));
});

Deno.test("readAttributes() of a message that is cut short finds its first attributes whole", () => {
  fc.assert(fc.property(attributes, fc.nat(), (sent, cut) => {
    const whole = encode(sent);
    const read = readAttributes(viewOf(whole.subarray(0, cut % (whole.length + 1))));
    const first = sent.slice(0, read.size).map(([key, bytes]) => [key, [...bytes]]);
    assertEquals([...read].map(([key, found]) => [key, bytesOf(found)]), first);
  }));
});

Deno.test("readAttributes() ends, without an error and inside the message, on any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 220 }), (bytes, offset) => {
      for (const [key, found] of readAttributes(viewOf(bytes), offset)) {
        assertLessOrEqual(key, 0x3fff);
        assert(found.byteOffset >= bytes.byteOffset + offset);
        assertLessOrEqual(found.byteOffset + found.byteLength, bytes.byteOffset + bytes.byteLength);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("readAttributes() ends at an attribute of length zero, where a naive walk would stay for ever", () => {
  const bytes = encode([[1, new Uint8Array([1])], [2, new Uint8Array([2])]]);
  viewOf(bytes).setUint16(8, 0, true);
  assertEquals([...readAttributes(viewOf(bytes)).keys()], [1]);
});

Deno.test("readAttributes() and nested() pass over the flags in an attribute's type", () => {
  const NLA_F_NESTED = 0x8000;
  const inner = encode([[1, new TextEncoder().encode("veth\0")]]);
  const read = readAttributes(viewOf(encode([[18 | NLA_F_NESTED, inner]])));
  assertEquals(readString(nested(read, 18), 1), "veth");
});

Deno.test("nested() of an absent attribute is empty", () => {
  assertEquals(nested(new Map(), 18).size, 0);
});

Deno.test("readString() ends at the zero, and takes all where there is none", () => {
  const read = readAttributes(
    viewOf(encode([[1, new TextEncoder().encode("lo\0junk")], [2, new TextEncoder().encode("lo")]])),
  );
  assertEquals([1, 2, 3].map((key) => readString(read, key)), ["lo", "lo", ""]);
});

Deno.test("readU32() and readI32() read little-endian integers, and nothing from too few bytes", () => {
  const read = readAttributes(viewOf(encode([[1, new Uint8Array(4).fill(0xff)], [2, new Uint8Array(3)]])));
  assertEquals([1, 2, 3].map((key) => readU32(read, key)), [0xffff_ffff, undefined, undefined]);
  assertEquals([1, 2, 3].map((key) => readI32(read, key)), [-1, undefined, undefined]);
});
