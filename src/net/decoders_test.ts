/** Every decoder, on messages that are whole, cut short, or changed anywhere. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { NativeError } from "../../ffi/native.ts";
import { anyAttributes } from "../../tests/rig/any_attributes.ts";
import { addressEvent } from "./addresses.ts";
import { conntrackEvent } from "./ctnetlink.ts";
import { encodeMessage } from "./encode.ts";
import { readFamily } from "./generic.ts";
import { linkEvent } from "./link_details.ts";
import { Answer, eachMessage, type Message } from "./messages.ts";
import { neighbourEvent } from "./neighbours.ts";
import { readNexthop } from "./nexthops.ts";
import { readRule as readNftRule } from "./nftables.ts";
import { routeEvent } from "./routes.ts";
import { ruleEvent } from "./rules.ts";
import { tcEvent } from "./tc_events.ts";

/** A decoder, the types of its messages and the length of their fixed part. */
type Decoder = readonly [
  types: readonly number[],
  headerLength: number,
  decode: (message: Message) => unknown,
];

const DECODERS: Readonly<Record<string, Decoder>> = {
  link: [[16, 17], 16, linkEvent],
  address: [[20, 21], 8, addressEvent],
  route: [[24, 25], 12, routeEvent],
  neighbour: [[28, 29], 12, neighbourEvent],
  rule: [[32, 33], 12, ruleEvent],
  tc: [[36, 37, 40, 41, 44, 45], 20, tcEvent],
  nexthop: [[104], 8, readNexthop],
  conntrack: [[0x100, 0x102], 4, conntrackEvent],
  nftRule: [[0xa06], 4, readNftRule],
  family: [[0x10], 4, readFamily],
};
const MAX_TYPE = 60; // attributes that mean something to one of them

/** Bytes of a message: sound, or with some bytes changed, and cut anywhere. */
function message([types, headerLength]: Decoder): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc.record({
    type: fc.constantFrom(...types),
    header: fc.uint8Array({ minLength: headerLength, maxLength: headerLength }),
    family: fc.constantFrom(0, 1, 2, 7, 10),
    attributes: anyAttributes(MAX_TYPE),
    changes: fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 4 }),
    cut: fc.option(fc.nat(400), { nil: undefined }),
  }).map(({ type, header, family, attributes, changes, cut }) => {
    const fixed = new Uint8Array(header);
    fixed[0] = family;
    const bytes = encodeMessage({ what: "try", type, header: fixed, attributes }, 1);
    for (const [at, value] of changes) if (at >= 16 && at < bytes.length) bytes[at] = value;
    const whole = cut === undefined ? bytes : bytes.slice(0, Math.max(16, Math.min(cut, bytes.length)));
    new DataView(whole.buffer).setUint32(0, whole.length, true);
    return whole;
  });
}

for (const [name, decoder] of Object.entries(DECODERS)) {
  Deno.test(`the decoder of ${name} messages stays inside the message, and throws nothing but NativeError`, () => {
    const [, headerLength, decode] = decoder;
    fc.assert(
      fc.property(message(decoder), (bytes) => {
        // Other bytes around the message: what reads past it would see them, and answer differently.
        const [zeros, ones] = [0, 0xff].map((fill) => {
          const around = new Uint8Array(bytes.length + 128).fill(fill);
          around.set(bytes, 64);
          return around.subarray(64, 64 + bytes.length);
        });
        const answer = (within: Uint8Array<ArrayBuffer> | undefined): unknown => {
          let found: unknown;
          try {
            eachMessage("try", within ?? new Uint8Array(0), (frame) => {
              found = decode(new Answer("try", frame, headerLength));
              return true;
            });
          } catch (error) {
            if (!(error instanceof NativeError)) throw error;
            return error.message;
          }
          return found;
        };
        const first = answer(zeros);
        assertEquals(first, answer(ones));
      }),
      { numRuns: 1500 },
    );
  });
}
