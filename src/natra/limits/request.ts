import { quoteValue } from "../../base/log/quote.ts";
import { type Asked, type FieldName, fieldOf } from "./fields.ts";

/** A value and where it stood, for the warning that clamping it may cause. */
export interface Setting<T> {
  readonly value: T;
  /** E.g. `annotation natra.io/ingress-bandwidth: cms.width`. */
  readonly key: string;
  /** The value as given, quoted and cut. */
  readonly given: string;
}

/** What one source says about one direction. Fields that it leaves out come from later sources. */
export type LimitRequest = { [F in FieldName]?: Setting<Asked<F>> };

/** A value that cannot be used. What is used instead is known only after all sources are read. */
export interface Fault {
  /** The field that it would have set; null if none. */
  readonly field: FieldName | null;
  readonly key: string;
  readonly given: string;
  readonly why: string;
}

/** A source that was read. */
export interface ParsedLimit {
  /** E.g. `annotation natra.io/ingress-bandwidth`. */
  readonly source: string;
  readonly request: LimitRequest;
  readonly faults: Fault[];
}

/**
 * Reads one value into `parsed.request`, or adds to `parsed.faults` why it cannot.
 *
 * @param key Where the value stood, for warnings.
 * @param value Untrusted, of any type.
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
