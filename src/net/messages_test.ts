import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { HEADER, readMessages } from "./messages.ts";

const REQUEST = { what: "try", sequence: 7, headerLength: 4 };
const [ERROR, DONE, LINK] = [2, 3, 16];

/** A message as the kernel writes it. */
function message(type: number, body: readonly number[], { sequence = 7, flags = 0 } = {}): number[] {
  const header = new DataView(new ArrayBuffer(HEADER));
  header.setUint32(0, HEADER + body.length, true);
  header.setUint16(4, type, true);
  header.setUint16(6, flags, true);
  header.setUint32(8, sequence, true);
  const padding = new Array<number>((4 - body.length % 4) % 4).fill(0);
  return [...new Uint8Array(header.buffer), ...body, ...padding];
}

/** What was told of, and whether it was the end. */
function read(...messages: readonly number[][]): { done: boolean; seen: number[]; attributes: number[] } {
  const seen: number[] = [], attributes: number[] = [];
  const done = readMessages(new Uint8Array(messages.flat()), REQUEST, (answer) => {
    seen.push(answer.header.getUint8(0));
    attributes.push(...answer.attributes.keys());
  });
  return { done, seen, attributes };
}

Deno.test("readMessages() tells every answer, with the attributes behind its fixed part", () => {
  const attribute = [5, 0, 9, 0, 1]; // length 5, type 9
  assertEquals(read(message(LINK, [11, 0, 0, 0, ...attribute]), message(LINK, [12, 0, 0, 0])), {
    done: false,
    seen: [11, 12],
    attributes: [9],
  });
});

Deno.test("readMessages() ends at a dump's end, and at an acknowledgement", () => {
  assertEquals(read(message(LINK, [1, 0, 0, 0]), message(DONE, [0, 0, 0, 0])).done, true);
  assertEquals(read(message(ERROR, [0, 0, 0, 0])).done, true);
  assertEquals(read().done, false);
});

Deno.test("readMessages() throws the kernel's error, and names what was being done", () => {
  const error = assertThrows(
    () => read(message(ERROR, [0xfe, 0xff, 0xff, 0xff])),
    NativeError,
    "Cannot try: ENOENT",
  );
  assertEquals(error.code, Errno.ENOENT);
});

Deno.test("readMessages() refuses a dump that changed under way, and another request's answer", () => {
  assertThrows(() => read(message(LINK, [1, 0, 0, 0], { flags: 0x10 })), NativeError, "EINTR");
  assertThrows(() => read(message(LINK, [1, 0, 0, 0], { sequence: 6 })), NativeError, "EPROTO");
});

Deno.test("readMessages() ends, with an error or without, and inside the bytes, whatever they are", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      readMessages(new Uint8Array(bytes), REQUEST, ({ attributes }) => void attributes.size);
    } catch (error) {
      assertEquals(error instanceof NativeError, true);
    }
  }));
});
