import { quote } from "../../base/log/quote.ts";

/** The largest magnitude of a quantity, 2^63 − 1: Kubernetes caps them there, too. */
export const MAX_QUANTITY: bigint = 2n ** 63n - 1n;

/** Maximum length of a text that is parsed; useful ones have up to thirty characters. */
const MAX_LENGTH = 512;

/** Beyond this exponent any text of {@linkcode MAX_LENGTH} digits is above the cap, or below one. */
const MAX_EXPONENT = 1000;

/**
 * Sign, digits before and after the point, and one of: binary suffix, exponent with its sign, decimal suffix.
 */
const GRAMMAR = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|[eE]([+-]?\d+)|([numkMGTPE]))?$/;

const DECIMAL_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);

const BINARY_EXPONENTS: ReadonlyMap<string, bigint> = new Map([
  ["Ki", 10n],
  ["Mi", 20n],
  ["Gi", 30n],
  ["Ti", 40n],
  ["Pi", 50n],
  ["Ei", 60n],
]);

/** The units that {@linkcode formatRate} chooses from, largest first. */
const DISPLAY_UNITS: readonly (readonly [bigint, string])[] = [
  [10n ** 18n, "E"],
  [10n ** 15n, "P"],
  [10n ** 12n, "T"],
  [10n ** 9n, "G"],
  [10n ** 6n, "M"],
  [10n ** 3n, "k"],
];

/** A text that is not a Kubernetes quantity. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";

  /**
   * @param text Untrusted: the message quotes it, escaped and cut.
   * @param why What is wrong with it, for people.
   */
  constructor(text: string, readonly why: string) {
    super(`Cannot read the quantity ${quote(text)}: ${why}`);
  }
}

/**
 * Reads a Kubernetes quantity (`resource.Quantity`) as an integer: `10M`, `1.5Gi`, `1e6`, `.5k`.
 *
 * The grammar is the documented one: an optional sign; digits with at most one point, at least one digit;
 * then a decimal suffix (`n` `u` `m` `k` `M` `G` `T` `P` `E`), a binary one (`Ki` … `Ei`) or an exponent (`e`
 * or `E`, an optional sign, digits), so that `1E` is 10^18 and `1E3` a thousand. No white space. Kubernetes'
 * own parser takes more than it documents (`.`, `+` and `k` as zero) and wraps around (exponents above 2^31);
 * this one does neither.
 *
 * @returns The value; a fraction is rounded away from zero like `Quantity.Value()`, and the magnitude is
 *   capped at {@linkcode MAX_QUANTITY}.
 * @throws {QuantityError} If the text is not a quantity or longer than 512 characters.
 */
export function parseQuantity(text: string): bigint {
  if (text.length > MAX_LENGTH) throw new QuantityError(text, `it is longer than ${MAX_LENGTH} characters`);
  const match = GRAMMAR.exec(text);
  const [, sign = "", whole = "", fraction = "", binary, exponent, decimal] = match ?? [];
  const digits = whole + fraction;
  if (match === null || digits === "") {
    throw new QuantityError(text, "it must be a number with an optional suffix, such as 10M, 1.5Gi or 1e6");
  }
  const power = decimalPower(exponent, decimal) - fraction.length;
  let numerator = BigInt(digits) << (BINARY_EXPONENTS.get(binary ?? "") ?? 0n);
  let denominator = 1n;
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator = 10n ** BigInt(-power);
  const roundedUp = (numerator + denominator - 1n) / denominator;
  const capped = roundedUp > MAX_QUANTITY ? MAX_QUANTITY : roundedUp;
  return sign === "-" ? -capped : capped;
}

/** The power of ten that a suffix stands for, bounded so that no exponent makes a number take a gigabyte. */
function decimalPower(exponent: string | undefined, suffix: string | undefined): number {
  if (exponent === undefined) return DECIMAL_EXPONENTS.get(suffix ?? "") ?? 0;
  return Math.min(Math.max(Number(exponent), -MAX_EXPONENT), MAX_EXPONENT);
}

/**
 * Writes a number for people, with the largest decimal suffix that shows it exactly in at most three
 * decimals: `10M`, `1.5G`, `1234.567k`. `parseQuantity()` reads it back to the same number.
 */
export function formatRate(amount: bigint): string {
  if (amount < 0n) return `-${formatRate(-amount)}`;
  for (const [unit, suffix] of DISPLAY_UNITS) {
    if (amount < unit || (amount * 1000n) % unit !== 0n) continue;
    const thousandths = (amount * 1000n / unit % 1000n).toString().padStart(3, "0").replace(/0+$/, "");
    return `${amount / unit}${thousandths === "" ? "" : `.${thousandths}`}${suffix}`;
  }
  return amount.toString();
}

/** Writes a number of bytes for people, exactly: `3028 bytes`. */
export function formatBytes(bytes: bigint): string {
  return `${bytes} bytes`;
}
/** `Math.max` for bigints. */
export function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The value, or the bound that it lies beyond. */
export function clamp(value: bigint, min: bigint, max: bigint): bigint {
  return value < min ? min : value > max ? max : value;
}

/** `amount / by`, rounded up. */
export function ceilDivide(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}
