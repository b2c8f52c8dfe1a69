/** Limits as text: in the annotation's JSON form, and in a line for people. Only the node's tool needs it. */
import { isObject } from "../../base/json.ts";
import { FIELD_NAMES, type FieldName, fieldOf, type LimitFields, showField, sketchBytes } from "./fields.ts";

/** The annotation's JSON form, as it may be written. */
export type LimitForm = Readonly<Record<string, unknown>>;

/** A limit in the JSON form that decides the same limit again. */
export function toForm(limit: LimitFields): LimitForm {
  return FIELD_NAMES.reduce<LimitForm>((form, name) => withField(form, name, written(name, limit)), {});
}

function written<F extends FieldName>(name: F, limit: LimitFields): unknown {
  return fieldOf(name).write(limit[name]);
}

/** The form with another value for one field. @param value undefined: the key is removed. */
export function withField(form: LimitForm, name: FieldName, value: unknown): LimitForm {
  const { key, inside } = fieldOf(name);
  if (inside !== undefined) return { ...form, [inside]: withKey(objectAt(form, inside), key, value) };
  return withKey(form, key, value);
}

function objectAt(form: LimitForm, key: string): LimitForm {
  const value = form[key];
  return isObject(value) ? { ...value } : {};
}

function withKey(form: LimitForm, key: string, value: unknown): LimitForm {
  const { [key]: _before, ...rest } = form;
  return value === undefined ? rest : { ...rest, [key]: value };
}

/** How each field appears in the line; null: not by itself. */
const PARTS: { readonly [F in FieldName]: ((limit: LimitFields) => string) | null } = {
  rate: (limit) => `${showField("rate", limit)}bit/s`,
  burst: (limit) => `burst ${showField("burst", limit)}`,
  bucket: (limit) => `bucket ${limit.bucket}`,
  mice: (limit) => `mice ${limit.mice}`,
  pacer: null, // commands show the queue that it became
  width: ({ width, depth }) => `sketch ${width}x${depth} (${sketchBytes({ width, depth })} bytes)`,
  depth: null, // with the width
  threshold: (limit) => `heavy-hitter threshold ${showField("threshold", limit)}`,
};

/** A limit in a line for people. */
export function describeLimit(limit: LimitFields | null): string {
  if (limit === null) return "no limit";
  return FIELD_NAMES.flatMap((name) => PARTS[name]?.(limit) ?? []).join(", ");
}
