/**
 * The fields of a limit, in one table. Everything that reads, compares, records or writes a limit derives
 * from it or is checked against it by the compiler, so that a new field cannot be forgotten in one of them.
 *
 * @module
 */
import type { Direction } from "../../pod/direction.ts";
import { formatBytes, formatRate, parseQuantity, QuantityError } from "./quantity.ts";

/**
 * Which bucket heavy flows are charged to: the `pod`'s, which they share, or one per `flow`, each at the full
 * rate.
 */
export const BUCKETS = ["pod", "flow"] as const;
export type Bucket = (typeof BUCKETS)[number];

/** How small flows are counted: `charged` against the rate, or `free`, beside it. */
export const MICE = ["charged", "free"] as const;
export type Mice = (typeof MICE)[number];

/** What can enforce a rate: a class tree (`htb`), departure times and fq (`edt`), or drops (`police`). */
export const PACER_KINDS = ["htb", "edt", "police"] as const;
export type PacerKind = (typeof PACER_KINDS)[number];

/** What a source may ask for; `auto` is the best that the kernel has. */
export const PACER_CHOICES = ["auto", ...PACER_KINDS] as const;
export type PacerChoice = (typeof PACER_CHOICES)[number];

/** What one direction of a pod is held to, as decided. */
export interface LimitFields {
  /** Bits per second. */
  readonly rate: bigint;
  /** Bytes. */
  readonly burst: bigint;
  readonly bucket: Bucket;
  readonly mice: Mice;
  /** As asked for; the kernel may lack it. */
  readonly pacer: PacerChoice;
  /** Cells in one row of the sketch, a power of two. */
  readonly width: number;
  /** Rows of the sketch. */
  readonly depth: number;
  /** Bytes that a flow may run ahead of its fair share before it counts as heavy; null: adaptive. */
  readonly threshold: bigint | null;
}

/** The fields, and the source that gave the rate, e.g. `annotation natra.io/ingress-bandwidth`. */
export interface DirectionLimit extends LimitFields {
  readonly source: string;
}

/** What a pod is held to; null: no limit. */
export type Limits = Readonly<Record<Direction, DirectionLimit | null>>;

export type FieldName = keyof LimitFields;

/** The value of a field in a source, before clamping: a choice, or a whole number (of bits for a burst). */
export type Asked<F extends FieldName> = LimitFields[F] extends string ? LimitFields[F] : bigint;

/** A value that could be read, or why it could not. */
export type Reading<T> = { readonly value: T } | { readonly why: string };

/** Everything that is known of one field. */
export interface LimitField<F extends FieldName> {
  /** Its key in the annotation's JSON form. */
  readonly key: string;
  /** The object in the JSON form that has the key; absent: the form itself. */
  readonly inside?: "cms";
  /**
   * What holds if no source gives the field, and what a record means that lacks it because an older natra
   * wrote it. undefined: no such value; a record without it cannot be read.
   */
  readonly fallback: LimitFields[F] | undefined;
  /** Bounds of a number; absent: none, or they depend on other fields (clamp.ts). */
  readonly min?: bigint;
  readonly max?: bigint;
  /** Reads the value of a source; it is untrusted, of any type. */
  read(value: unknown): Reading<Asked<F>>;
  /** Writes the value as `read` takes it; undefined: the key is left out. */
  write(value: LimitFields[F]): string | number | undefined;
  /**
   * Reads the value from a record, where bigints are text.
   *
   * @returns undefined if it is not a value of this field.
   */
  restore(recorded: unknown): LimitFields[F] | undefined;
  /** Formats the value for people. */
  show(value: LimitFields[F]): string;
}

export const LIMIT_FIELDS = {
  rate: {
    key: "rate",
    fallback: undefined,
    min: 1_000n, // Kubernetes has the same bounds
    max: 10n ** 15n,
    read: readRate,
    write: String,
    restore: toBigint,
    show: formatRate,
  },
  burst: {
    key: "burst",
    fallback: undefined,
    min: 3028n, // two Ethernet frames of the usual MTU: with less, a full-sized packet could never pass
    read: readAmount,
    write: (bytes) => String(bytes * 8n),
    restore: toBigint,
    show: formatBytes,
  },
  bucket: { key: "bucket", fallback: "pod", ...oneOf(BUCKETS) },
  mice: { key: "mice", fallback: "charged", ...oneOf(MICE) },
  pacer: { key: "pacer", fallback: "auto", ...oneOf(PACER_CHOICES) },
  width: { key: "width", inside: "cms", fallback: 1024, min: 64n, max: 65_536n, ...count() },
  depth: { key: "depth", inside: "cms", fallback: 4, min: 1n, max: 8n, ...count() },
  threshold: {
    key: "heavyHitterThreshold",
    inside: "cms",
    fallback: null,
    min: 1500n, // a packet
    max: 1n << 27n, // half of what a cell can count: 2^24 units of 16 bytes (bpf/natra/sketch.h)
    read: readThreshold,
    write: (bytes) => bytes === null ? undefined : String(bytes),
    restore: (recorded) => recorded === null ? null : toBigint(recorded),
    show: (bytes) => bytes === null ? "adaptive" : formatBytes(bytes),
  },
} as const satisfies { readonly [F in FieldName]: LimitField<F> };

/** Size of one cell of the sketch. */
export const CELL_BYTES = 8;

/** Size of a sketch of that many cells a row, and rows. */
export function sketchBytes({ width, depth }: Pick<LimitFields, "width" | "depth">): number {
  return width * depth * CELL_BYTES;
}

/** Sizes of the smallest and the largest sketch. */
export const SKETCH_BYTES = {
  min: sketchBytes({ width: Number(LIMIT_FIELDS.width.min), depth: Number(LIMIT_FIELDS.depth.min) }),
  max: sketchBytes({ width: Number(LIMIT_FIELDS.width.max), depth: Number(LIMIT_FIELDS.depth.max) }),
} as const;

/** The table as a mapped type, which generic code can index. */
const FIELDS: { readonly [F in FieldName]: LimitField<F> } = LIMIT_FIELDS;

/** The fields' names, in the table's order. */
export const FIELD_NAMES = Object.keys(LIMIT_FIELDS) as readonly FieldName[];

/** The row of one field. */
export function fieldOf<F extends FieldName>(name: F): LimitField<F> {
  return FIELDS[name];
}

/** One field of a limit, formatted for people. */
export function showField<F extends FieldName>(name: F, limit: LimitFields): string {
  return FIELDS[name].show(limit[name]);
}

/** The fields in which two limits differ; their sources do not matter. */
export function changedFields(one: LimitFields, other: LimitFields): FieldName[] {
  return FIELD_NAMES.filter((name) => one[name] !== other[name]);
}

/** Reads a limit from a record. @returns null if it is not a limit. */
export function restoreLimit(recorded: object): DirectionLimit | null {
  const values = new Map<string, unknown>(Object.entries(recorded));
  const source = values.get("source");
  const restored: { -readonly [F in FieldName]?: LimitFields[F] } = {};
  const isWhole = FIELD_NAMES.every((name) => restoreField(restored, name, values));
  return isWhole && typeof source === "string" ? { ...restored as LimitFields, source } : null;
}

function restoreField<F extends FieldName>(
  into: { [N in F]?: LimitFields[N] },
  name: F,
  values: ReadonlyMap<string, unknown>,
): boolean {
  const { restore, fallback } = FIELDS[name];
  const value = values.has(name) ? restore(values.get(name)) : fallback;
  if (value !== undefined) into[name] = value;
  return value !== undefined;
}

/** Columns of a field that is one of a list. */
function oneOf<T extends string>(choices: readonly T[]): {
  read: (value: unknown) => Reading<T>;
  write: (value: T) => string;
  restore: (recorded: unknown) => T | undefined;
  show: (value: T) => string;
} {
  const find = (value: unknown): T | undefined => choices.find((candidate) => candidate === value);
  return {
    read: (value) => {
      const choice = find(value);
      return choice === undefined ? { why: `it must be one of ${choices.join(", ")}` } : { value: choice };
    },
    write: (value) => value,
    restore: find,
    show: (value) => value,
  };
}

/** Columns of a field that is a small number. */
function count(): {
  read: (value: unknown) => Reading<bigint>;
  write: (value: number) => number;
  restore: (recorded: unknown) => number | undefined;
  show: (value: number) => string;
} {
  return {
    read: readAmount,
    write: (value) => value,
    restore: (recorded) => typeof recorded === "number" ? recorded : undefined,
    show: String,
  };
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

function readRate(value: unknown): Reading<bigint> {
  const read = readAmount(value);
  return "value" in read && read.value < 0n ? { why: "a rate cannot be negative" } : read;
}

/** A plain number counts packets of 1,500 bytes; only text is a quantity of bytes. */
function readThreshold(value: unknown): Reading<bigint> {
  const read = readAmount(value);
  return "value" in read && typeof value === "number" ? { value: read.value * 1500n } : read;
}

function toBigint(recorded: unknown): bigint | undefined {
  return typeof recorded === "string" && /^-?\d{1,40}$/.test(recorded) ? BigInt(recorded) : undefined;
}
