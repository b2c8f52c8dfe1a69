import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { anyAttributes } from "../../tests/rig/any_attributes.ts";
import { readAttributes } from "./attributes.ts";
import { type Attribute, encodeMessage } from "./encode.ts";
import { eachMessage } from "./messages.ts";
import { bytesOf } from "./values.ts";

/** What the decoder reads of attributes; of several with one type it keeps the last. */
function read(view: DataView, sent: readonly Attribute[]): unknown[] {
  const found = readAttributes(view);
  return [...new Map(sent)].map(([type, value]) => {
    const at = found.get(type);
    if (at === undefined) return [type, null];
    return [type, value instanceof Uint8Array ? [...bytesOf(at)] : read(at, value)];
  });
}

function plain(sent: readonly Attribute[]): unknown[] {
  return [...new Map(sent)].map(([type, value]) => [
    type,
    value instanceof Uint8Array ? [...value] : plain(value),
  ]);
}

Deno.test("encodeMessage() writes what the decoder reads, whatever is nested in it", () => {
  const header = fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes));
  fc.assert(fc.property(header, anyAttributes(), fc.nat(0xffff), (fixed, sent, flags) => {
    const bytes = encodeMessage({ what: "try", type: 20, flags, header: fixed, attributes: sent }, 77);
    assertEquals(bytes.length % 4, 0);
    eachMessage("try", bytes, (frame) => {
      assertEquals([frame.type, frame.flags, frame.sequence], [20, flags, 77]);
      const start = Math.ceil(fixed.length / 4) * 4;
      assertEquals([...bytesOf(frame.body).subarray(0, fixed.length)], [...fixed]);
      const rest = new DataView(
        frame.body.buffer,
        frame.body.byteOffset + start,
        frame.body.byteLength - start,
      );
      assertEquals(read(rest, sent), plain(sent));
      return false;
    });
  }));
});

Deno.test("encodeMessage() takes the longest attribute, and refuses a longer one", () => {
  const send = (length: number): Uint8Array =>
    encodeMessage({
      what: "try",
      type: 20,
      header: new Uint8Array(4),
      attributes: [[1, new Uint8Array(length)]],
    }, 1);
  assertEquals(send(65_531).length, 16 + 4 + 65_536);
  assertThrows(() => send(65_532), Error, "Cannot try: the message is too long");
});
