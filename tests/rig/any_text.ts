import fc from "fast-check";

/**
 * Any text that JavaScript can hold, lone surrogates and control characters included. Much cheaper to set up
 * than fast-check's own `unit: "binary"`, which leaves lone surrogates out.
 *
 * @param maxLength The longest text, in UTF-16 units.
 * @returns The arbitrary.
 */
export function anyText(maxLength = 40): fc.Arbitrary<string> {
  const unit = fc.oneof(
    fc.integer({ min: 0x20, max: 0x7e }),
    fc.integer({ min: 0, max: 0x2fff }),
    fc.integer({ min: 0xd800, max: 0xffff }),
  );
  return fc.array(unit, { maxLength }).map((units) => String.fromCharCode(...units));
}
