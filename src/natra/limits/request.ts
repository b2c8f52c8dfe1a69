import { quoteValue } from "../../base/log/quote.ts";
import { type Asked, type FieldName, fieldOf } from "./fields.ts";

/** A value together with where it stood, for the warnings that clamping it may bring. */
export interface Setting<T> {
  readonly value: T;
  /** E.g. `annotation natra.io/ingress-bandwidth: cms.width`. */
  readonly key: string;
  /** The value as it was given, quoted and cut. */
  readonly given: string;
}

/** What one source says about one direction; whatever it leaves out is up to the sources after it. */
export type LimitRequest = { [F in FieldName]?: Setting<Asked<F>> };

/** Something a source says that cannot be used. What is used instead is known only when all sources were read. */
export interface Fault {
  /** The field it would have set; null if it would have set none. */
  readonly field: FieldName | null;
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

/**
 * Reads one value into a request, or notes why it cannot be read.
 *
 * @param parsed The source's request and faults, which are added to.
 * @param field The field that the value sets.
 * @param key Where the value stood, for warnings.
 * @param value The value, of any type: it is untrusted.
 */
export function readField<F extends FieldName>(
  parsed: ParsedLimit,
  field: F,
  key: string,
  value: unknown,
): void {
  const read = fieldOf(field).read(value);
  const given = quoteValue(value);
  if ("why" in read) {
    parsed.faults.push({ field, key, given, why: read.why });
    return;
  }
  const request: { [K in F]?: Setting<Asked<K>> } = parsed.request;
  request[field] = { value: read.value, key, given };
}
