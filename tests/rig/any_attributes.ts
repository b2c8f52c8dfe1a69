/** Any netlink attributes, for properties of encoders and decoders. */
import fc from "fast-check";
import type { Attribute } from "../../src/net/encode.ts";

/**
 * Attributes of every shape: values of any length, and nests up to three deep.
 *
 * @param maxType the highest type
 */
export function anyAttributes(maxType = 0x3fff): fc.Arbitrary<Attribute[]> {
  return fc.letrec<{ attribute: Attribute; attributes: Attribute[] }>((tie) => ({
    attribute: fc.tuple(
      fc.integer({ min: 0, max: maxType }),
      fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
        tie("attributes"),
      ),
    ),
    attributes: fc.array(tie("attribute"), { maxLength: 8 }),
  })).attributes;
}
