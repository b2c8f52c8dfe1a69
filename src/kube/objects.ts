/**
 * What is kept of the cluster's objects. Answers may have any shape: a decoder checks one and picks the
 * fields that are wanted.
 */
import * as v from "valibot";
import { quote } from "../base/log/quote.ts";

/** The metadata that every object has. */
export interface ObjectMeta {
  readonly name: string;
  /** Empty: the object is cluster-scoped. */
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** An object of the API, as far as all have it. */
export interface KubeObject {
  readonly metadata: ObjectMeta;
}

/** Where an object is. */
export interface ObjectName {
  readonly name: string;
  /** Absent or empty for a cluster-scoped object. */
  readonly namespace?: string;
}

/**
 * Picks what is wanted of an object. What it returns is all that is kept, so it bounds the memory of a list.
 *
 * @throws {Error} If the object cannot be one of its kind. That makes a list or watch fail as a whole: a
 * fault that users can write
 * into an object must be returned as data.
 */
export type Decode<T> = (object: unknown) => T;

/** Kubernetes limits names to 253 characters, and gives short uids and versions. */
const shortText = v.pipe(v.string(), v.maxLength(253));

/** Entries of a schema's `metadata`: `v.object({ ...META, labels: LABELS })`. */
export const META = {
  name: shortText,
  namespace: v.optional(shortText, ""),
  uid: shortText,
  resourceVersion: shortText,
};

/** An entry for labels or annotations. */
export const STRINGS = v.optional(v.record(v.string(), v.string()), {});

/** An object with any further fields. */
export interface Unstructured extends KubeObject {
  readonly [field: string]: unknown;
}

const WHOLE = v.looseObject({ metadata: v.looseObject(META) });

/** Keeps an object whole. */
export const decodeWhole: Decode<Unstructured> = decoder("object", WHOLE);

/** Keeps what every object has. */
export const decodeMeta: Decode<KubeObject> = decoder("object", v.object({ metadata: v.object(META) }));

/**
 * A decoder that keeps what a schema names.
 *
 * @param kind For messages, for example `Pod`.
 */
export function decoder<T>(kind: string, schema: v.GenericSchema<unknown, T>): Decode<T> {
  return (object) => {
    const result = v.safeParse(schema, object, { abortEarly: true });
    if (result.success) return result.output;
    const [issue] = result.issues;
    const where = v.getDotPath(issue);
    throw new Error(
      `The API server's answer is not a valid ${kind}: ${where === null ? "" : `${quote(where, 200)}: `}${
        quote(issue.message, 200)
      }`,
    );
  };
}

/** `namespace/name`, or `name` for a cluster-scoped object: the key of stores and work queues. */
export function keyOf({ namespace = "", name }: ObjectName): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The object that has this key. */
export function nameOfKey(key: string): Required<ObjectName> {
  const slash = key.indexOf("/");
  return slash < 0
    ? { namespace: "", name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
