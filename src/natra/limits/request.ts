import { quoteValue } from "../../base/log/quote.ts";
import { parseQuantity, QuantityError } from "./quantity.ts";

/** Whose bucket a heavy flow is charged to. */
export const BUCKETS = ["pod", "flow"] as const;
/** `pod`: heavy flows share the pod's bucket; `flow`: each heavy flow gets the rate of its own. */
export type Bucket = (typeof BUCKETS)[number];

/** How flows below the threshold are counted. */
export const MICE = ["charged", "free"] as const;
/** `charged`: the cap holds over everything; `free`: small flows pass beside the cap. */
export type Mice = (typeof MICE)[number];

/** What holds the rate. */
export const PACERS = ["auto", "htb", "edt", "police"] as const;
/** `htb`: a class tree; `edt`: departure times and fq; `police`: drops; `auto`: what the kernel can do best. */
export type Pacer = (typeof PACERS)[number];

/** What one source may say about one direction, before anything is clamped. */
export interface Fields {
  /** Bits per second; never negative. */
  rate: bigint;
  /** Bits. */
  burst: bigint;
  bucket: Bucket;
  mice: Mice;
  pacer: Pacer;
  /** Cells in one row of the sketch. */
  width: bigint;
  /** Rows of the sketch. */
  depth: bigint;
  /** Bytes that a flow may run ahead of its fair share. */
  threshold: bigint;
}

/** A value together with where it stood, for the warnings that clamping it may bring. */
export interface Setting<T> {
  readonly value: T;
  /** E.g. `annotation natra.io/ingress-bandwidth: cms.width`. */
  readonly key: string;
  /** The value as it was given, quoted and cut. */
  readonly given: string;
}

/** What one source says about one direction; whatever it leaves out is up to the sources after it. */
export type LimitRequest = { [F in keyof Fields]?: Setting<Fields[F]> };

/** Something a source says that cannot be used. What is used instead is known only when all sources were read. */
export interface Fault {
  /** The field it would have set; null if it would have set none. */
  readonly field: keyof Fields | null;
  readonly key: string;
  readonly given: string;
  readonly why: string;
}

/** One source, read. */
export interface ParsedLimit {
  /** E.g. `annotation natra.io/ingress-bandwidth`. */
  readonly source: string;
  readonly request: LimitRequest;
  readonly faults: Fault[];
}

type Reading<T> = { readonly value: T } | { readonly why: string };

const READERS: { readonly [F in keyof Fields]: (value: unknown) => Reading<Fields[F]> } = {
  rate: (value) => {
    const read = readAmount(value);
    return "value" in read && read.value < 0n ? { why: "a rate cannot be negative" } : read;
  },
  burst: readAmount,
  bucket: (value) => readChoice(BUCKETS, value),
  mice: (value) => readChoice(MICE, value),
  pacer: (value) => readChoice(PACERS, value),
  width: readAmount,
  depth: readAmount,
  // A plain number counts packets of 1,500 bytes; only text is a quantity of bytes.
  threshold: (value) => {
    const read = readAmount(value);
    return "value" in read && typeof value === "number" ? { value: read.value * 1500n } : read;
  },
};

/**
 * Reads one value into a request, or notes why it cannot be read.
 *
 * @param parsed The source's request and faults, which are added to.
 * @param field The field that the value sets.
 * @param key Where the value stood, for warnings.
 * @param value The value, of any type: it is untrusted.
 */
export function readField<F extends keyof Fields>(
  parsed: ParsedLimit,
  field: F,
  key: string,
  value: unknown,
): void {
  const read = READERS[field](value);
  const given = quoteValue(value);
  if ("why" in read) {
    parsed.faults.push({ field, key, given, why: read.why });
    return;
  }
  const request: { [K in F]?: Setting<Fields[K]> } = parsed.request;
  request[field] = { value: read.value, key, given };
}

/** Reads a JSON number or a quantity; fractions are rounded away from zero. */
function readAmount(value: unknown): Reading<bigint> {
  if (typeof value === "bigint") return { value };
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return { why: "it is not a finite number" };
    return { value: BigInt(value < 0 ? Math.floor(value) : Math.ceil(value)) };
  }
  if (typeof value !== "string") return { why: "it must be a number or a quantity" };
  try {
    return { value: parseQuantity(value) };
  } catch (error) {
    if (error instanceof QuantityError) return { why: error.why };
    throw error;
  }
}

function readChoice<T extends string>(choices: readonly T[], value: unknown): Reading<T> {
  const choice = choices.find((candidate) => candidate === value);
  return choice === undefined ? { why: `it must be one of ${choices.join(", ")}` } : { value: choice };
}
