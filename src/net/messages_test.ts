import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { Answers, eachMessage, HEADER } from "./messages.ts";

const [ERROR, DONE, LINK] = [2, 3, 16];
const [DUMP_INTERRUPTED, CAPPED, HAS_ATTRIBUTES] = [0x10, 0x100, 0x200];

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

/** What the answers to request 7 held, whether they were the end, and whether the dump was consistent. */
function read(...messages: readonly number[][]): {
  done: boolean;
  seen: number[];
  attributes: number[];
  interrupted: boolean;
} {
  const seen: number[] = [], attributes: number[] = [];
  const answers = new Answers("try", 7, 4);
  const done = answers.read(new Uint8Array(messages.flat()), (answer) => {
    seen.push(answer.header.getUint8(0));
    attributes.push(...answer.attributes.keys());
  });
  return { done, seen, attributes, interrupted: answers.interrupted };
}

const MINUS_ENOENT = [0xfe, 0xff, 0xff, 0xff];
/** A message that an error quotes: its header, and a body of eight bytes. */
const QUOTED = message(LINK, [1, 2, 3, 4, 5, 6, 7, 8]);
const REASON = [9, 0, 1, 0, ...new TextEncoder().encode("gone\0"), 0, 0, 0];
const OFFSET = [8, 0, 2, 0, 20, 0, 0, 0];

Deno.test("Answers.read() passes on every answer, with the attributes behind its fixed part", () => {
  const attribute = [5, 0, 9, 0, 1]; // length 5, type 9
  assertEquals(read(message(LINK, [11, 0, 0, 0, ...attribute]), message(LINK, [12, 0, 0, 0])), {
    done: false,
    seen: [11, 12],
    attributes: [9],
    interrupted: false,
  });
});

Deno.test("Answers.read() ends at a dump's end, and at an acknowledgement", () => {
  assertEquals(read(message(LINK, [1, 0, 0, 0]), message(DONE, [0, 0, 0, 0])).done, true);
  assertEquals(read(message(DONE, [])).done, true);
  assertEquals(read(message(ERROR, [0, 0, 0, 0])).done, true);
  assertEquals(read().done, false);
});

Deno.test("Answers.read() throws the kernel's error, and names what was being done", () => {
  for (const type of [ERROR, DONE]) { // a dump that fails half-way says so in its last message
    const error = assertThrows(
      () => read(message(type, MINUS_ENOENT)),
      NativeError,
      "Cannot try: ENOENT",
    );
    assertEquals([error.code, error.log], [Errno.ENOENT, ""]);
  }
});

Deno.test("Answers.read() reports the kernel's reason and the attribute that it is about", () => {
  const shapes = [
    message(ERROR, [...MINUS_ENOENT, ...QUOTED, ...REASON, ...OFFSET], { flags: HAS_ATTRIBUTES }),
    message(ERROR, [...MINUS_ENOENT, ...QUOTED.slice(0, HEADER), ...REASON, ...OFFSET], {
      flags: HAS_ATTRIBUTES | CAPPED,
    }),
    message(DONE, [...MINUS_ENOENT, ...REASON, ...OFFSET], { flags: HAS_ATTRIBUTES }),
  ];
  for (const shape of shapes) {
    assertThrows(
      () => read(shape),
      NativeError,
      "Cannot try: ENOENT (gone, attribute at byte 20)",
    );
  }
  const onlyOffset = message(ERROR, [...MINUS_ENOENT, ...QUOTED, ...OFFSET], { flags: HAS_ATTRIBUTES });
  assertThrows(() => read(onlyOffset), NativeError, "Cannot try: ENOENT (attribute at byte 20)");
});

Deno.test("Answers.read() notices a dump that changed meanwhile, and reads it to its end", () => {
  const interrupted = read(
    message(LINK, [1, 0, 0, 0], { flags: DUMP_INTERRUPTED }),
    message(LINK, [2, 0, 0, 0]),
    message(DONE, [0, 0, 0, 0]),
  );
  assertEquals(interrupted, { done: true, seen: [1, 2], attributes: [], interrupted: true });
});

Deno.test("Answers.read() passes over what is left of an earlier request", () => {
  const leftOver = [
    message(LINK, [1, 0, 0, 0], { sequence: 6 }),
    message(ERROR, MINUS_ENOENT, { sequence: 6 }),
    message(DONE, [0, 0, 0, 0], { sequence: 6 }),
  ];
  assertEquals(read(...leftOver, message(LINK, [2, 0, 0, 0])).seen, [2]);
});

Deno.test("Answers.read() ends, with an error or without, and inside the bytes, whatever they are", () => {
  const raw = fc.uint8Array({ maxLength: 200 });
  // Frames that are sound, around bodies that are not.
  const framed = fc.array(
    fc.tuple(fc.constantFrom(1, ERROR, DONE, LINK), fc.nat(0x3ff), fc.uint8Array({ maxLength: 60 })),
    { maxLength: 5 },
  ).map((all) => new Uint8Array(all.flatMap(([type, flags, body]) => message(type, [...body], { flags }))));
  fc.assert(
    fc.property(fc.oneof(raw, framed), (bytes) => {
      try {
        const answers = new Answers("try", 7, 4);
        answers.read(new Uint8Array(bytes), ({ attributes }) => void attributes.size);
      } catch (error) {
        assertEquals(error instanceof NativeError, true, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

Deno.test("eachMessage() stops where it is told to", () => {
  const bytes = new Uint8Array([...message(LINK, [1]), ...message(LINK, [2]), ...message(LINK, [3])]);
  const seen: number[] = [];
  assertEquals(eachMessage("try", bytes, ({ body }) => seen.push(body.getUint8(0)) === 2), true);
  assertEquals(seen, [1, 2]);
});

Deno.test("eachMessage() refuses a message that is cut short", () => {
  const whole = new Uint8Array(message(LINK, [1, 2, 3, 4]));
  assertThrows(() => eachMessage("try", whole.subarray(0, 18), () => false), NativeError, "EPROTO");
  whole[0] = 4; // shorter than its own header
  assertThrows(() => eachMessage("try", whole, () => false), NativeError, "EPROTO");
});
