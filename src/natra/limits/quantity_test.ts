import { assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../../tests/rig/any_text.ts";
import { formatRate, MAX_QUANTITY, parseQuantity, QuantityError } from "./quantity.ts";

const READ: [string, bigint][] = [
  ["0", 0n],
  ["-0", 0n],
  ["00", 0n],
  ["0n", 0n],
  ["0Ki", 0n],
  ["0.00000000000000000000001Ei", 1n],
  ["1", 1n],
  ["+7", 7n],
  ["007k", 7_000n],
  ["1.", 1n],
  [".5", 1n],
  ["0.5k", 500n],
  ["1.k", 1_000n],
  [".5Mi", 524_288n],
  ["10M", 10_000_000n],
  ["1500k", 1_500_000n],
  ["1.5G", 1_500_000_000n],
  ["2T", 2_000_000_000_000n],
  ["1P", 10n ** 15n],
  ["1Ki", 1024n],
  ["1.5Gi", 1_610_612_736n],
  ["3Ti", 3n << 40n],
  ["1Pi", 1n << 50n],
  ["7Ei", 7n << 60n],
  // "E" is exa unless digits follow: then it is an exponent.
  ["1E", 10n ** 18n],
  ["1Ei", 1n << 60n],
  ["1E3", 1_000n],
  ["1e3", 1_000n],
  ["1E+3", 1_000n],
  ["12e-1", 2n],
  ["1.25e2", 125n],
  ["1e00000000000000000003", 1_000n],
  // Fractions round away from zero.
  ["1n", 1n],
  ["999u", 1n],
  ["1500m", 2n],
  ["1000m", 1n],
  ["1.0000000000000000000000001", 2n],
  ["-1.5", -2n],
  ["-1m", -1n],
  ["-10k", -10_000n],
  // What is too large is capped, whatever its exponent.
  ["9223372036854775807", MAX_QUANTITY],
  ["9223372036854775808", MAX_QUANTITY],
  ["8Ei", MAX_QUANTITY],
  ["10E", MAX_QUANTITY],
  ["-10E", -MAX_QUANTITY],
  ["1e999999999", MAX_QUANTITY],
  ["1e99999999999999999999999", MAX_QUANTITY],
  ["0e999999999", 0n],
  ["1e-999999999", 1n],
  ["-1e-999999999", -1n],
];

for (const [text, value] of READ) {
  Deno.test(`parseQuantity() reads ${text}`, () => assertEquals(parseQuantity(text), value));
}

// deno-fmt-ignore
const REFUSED = [
  "", " ", " 1", "1 ", "1 M", "1\n", "\t1", ".", "+", "-", "+.", "k", "Ki", "e5", "++1", "+-1", "--1", "1..", "1.1.1", "1.1.M",
  "1i", ".5i", "1ki", "1mi", "0.1mi", "0.1am", "1K", "1b", "10Mb", "10Mbit", "10MB", "1MM", "1Mik", "1kM", "1e", "1e+", "1E-", "1ee3",
  "1e3.5", "1e3k", "1eE3", "3.01e-", "1_000", "1,5", "0x10", "NaN", "Infinity", "-Infinity", "null", "off", "１０", "1\u0000", "{}",
];

for (const text of REFUSED) {
  Deno.test(`parseQuantity() rejects ${JSON.stringify(text)}`, () => {
    assertThrows(() => parseQuantity(text), QuantityError, "Cannot read the quantity");
  });
}

Deno.test("parseQuantity() quotes what it rejects, escaped and cut", () => {
  const error = assertThrows(() => parseQuantity("1\u001b[31m\u202e\n" + "x".repeat(300)), QuantityError);
  assertStringIncludes(error.message, String.raw`"1\u001b[31m\u202e\nxxx`);
  assertLess(error.message.length, 220);
});

Deno.test("parseQuantity() takes no time over megabytes of digits", () => {
  const began = performance.now();
  assertThrows(() => parseQuantity("9".repeat(8_000_000)), QuantityError, "longer than 512 characters");
  assertThrows(() => parseQuantity("1e" + "9".repeat(8_000_000)), QuantityError);
  assertLess(performance.now() - began, 10_000);
});

/**
 * The value of a quantity by long division on decimal strings: no code and no idea shared with the parser.
 */
function model(sign: string, whole: string, fraction: string, suffix: string): bigint {
  const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].indexOf(suffix);
  const exponent = /^[eE][+-]?\d/.test(suffix)
    ? Number(suffix.slice(1))
    : 3 * ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].indexOf(suffix) - 9;
  let digits = whole;
  let rest = fraction;
  if (binary > 0) {
    // Doubling is adding to itself, digit by digit.
    for (let i = 0; i < binary * 10; i++) {
      const sum = (BigInt(digits + rest) + BigInt(digits + rest)).toString().padStart(rest.length + 1, "0");
      digits = sum.slice(0, sum.length - rest.length);
      rest = sum.slice(sum.length - rest.length);
    }
  } else if (exponent > 0) {
    digits += (rest + "0".repeat(exponent)).slice(0, exponent);
    rest = rest.slice(exponent);
  } else if (exponent < 0) {
    const padded = "0".repeat(-exponent) + digits;
    rest = padded.slice(padded.length + exponent) + rest;
    digits = padded.slice(0, padded.length + exponent);
  }
  const magnitude = BigInt(digits === "" ? "0" : digits) + (/[1-9]/.test(rest) ? 1n : 0n);
  const capped = magnitude > 9223372036854775807n ? 9223372036854775807n : magnitude;
  return sign === "-" ? -capped : capped;
}

const digits = (min: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: min, maxLength: 24 });
const suffix = fc.oneof(
  fc.constantFrom("", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"),
  fc.tuple(fc.constantFrom("e", "E"), fc.integer({ min: -40, max: 40 })).map(([e, n]) => e + n),
);

Deno.test("parseQuantity() agrees with exact decimal arithmetic", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("", "+", "-"),
      digits(1),
      digits(0),
      suffix,
      (sign, whole, fraction, tail) => {
        const expected = model(sign, whole, fraction, tail);
        assertEquals(parseQuantity(`${sign}${whole}.${fraction}${tail}`), expected);
        if (fraction === "") assertEquals(parseQuantity(`${sign}${whole}${tail}`), expected);
        if (/^0*$/.test(whole) && fraction !== "") {
          assertEquals(
            parseQuantity(`${sign}.${fraction}${tail}`),
            expected,
          );
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("parseQuantity() is monotonic in the number before the suffix", () => {
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), fc.bigInt(0n, 2n ** 70n), suffix, (low, more, tail) => {
      assertEquals(parseQuantity(`${low}${tail}`) <= parseQuantity(`${low + more}${tail}`), true);
    }),
  );
});

Deno.test("parseQuantity() returns a capped bigint or throws a QuantityError, whatever the text", () => {
  const alphabet = fc.string({ unit: fc.constantFrom(..."0123456789.+-eEinumkKMGTP ") });
  fc.assert(
    fc.property(fc.oneof(anyText(), alphabet), (text) => {
      try {
        const value = parseQuantity(text);
        assertEquals(value <= MAX_QUANTITY && value >= -MAX_QUANTITY, true);
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("formatRate() chooses the largest unit that is exact in three decimals", () => {
  const cases: [bigint, string][] = [
    [0n, "0"],
    [1n, "1"],
    [999n, "999"],
    [1_000n, "1k"],
    [1_001n, "1.001k"],
    [1_500_000n, "1.5M"],
    [10_000_000n, "10M"],
    [1_234_567n, "1234.567k"],
    [10n ** 15n, "1P"],
    [10n ** 18n, "1E"],
    [-2_050_000n, "-2.05M"],
  ];
  for (const [amount, text] of cases) assertEquals(formatRate(amount), text);
});

Deno.test("formatRate() is read back by parseQuantity() to the same number", () => {
  fc.assert(
    fc.property(fc.bigInt(-MAX_QUANTITY, MAX_QUANTITY), fc.integer({ min: 0, max: 18 }), (amount, zeros) => {
      const rounded = amount / 10n ** BigInt(zeros) * 10n ** BigInt(zeros);
      assertEquals(parseQuantity(formatRate(rounded)), rounded);
    }),
  );
});
