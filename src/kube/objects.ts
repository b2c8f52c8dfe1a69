/** What the agent keeps of the cluster's objects, from answers of any shape. */
import * as v from "valibot";

/** An object's metadata. */
export interface Metadata {
  readonly name: string;
  /** Empty: it is in none. */
  readonly namespace: string;
  readonly uid: string;
  /** Those that were asked to be kept. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** Which annotations are worth their memory. */
export type Keep = (annotation: string) => boolean;

const METADATA = v.object({
  name: v.string(),
  namespace: v.optional(v.string(), ""),
  uid: v.string(),
  resourceVersion: v.string(),
  annotations: v.optional(v.record(v.string(), v.string()), {}),
});
const OBJECT = v.object({ metadata: METADATA });
const LIST = v.object({ metadata: v.object({ resourceVersion: v.string() }), items: v.array(OBJECT) });
const EVENT = v.variant("type", [
  v.object({ type: v.picklist(["ADDED", "MODIFIED", "DELETED"]), object: OBJECT }),
  v.object({
    type: v.literal("BOOKMARK"),
    object: v.object({ metadata: v.object({ resourceVersion: v.string() }) }),
  }),
  v.object({ type: v.literal("ERROR"), object: v.unknown() }),
]);

/** A list, and the version that a watch goes on from. */
export interface List {
  readonly version: string;
  readonly objects: readonly Metadata[];
}

/** An event of a watch. */
export type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly version: string; readonly object: Metadata }
  | { readonly type: "BOOKMARK"; readonly version: string }
  | { readonly type: "ERROR"; readonly status: unknown };

/** Reads a list. @throws {Error} If it is none. */
export function readList(value: unknown, keep: Keep): List {
  const { metadata, items } = read(LIST, value, "list");
  return {
    version: metadata.resourceVersion,
    objects: items.map((item) => slim(item.metadata, keep)),
  };
}

/** Reads an event of a watch. @throws {Error} If it is none. */
export function readEvent(value: unknown, keep: Keep): WatchEvent {
  const event = read(EVENT, value, "event of a watch");
  if (event.type === "ERROR") return { type: event.type, status: event.object };
  const version = event.object.metadata.resourceVersion;
  if (event.type === "BOOKMARK") return { type: event.type, version };
  return { type: event.type, version, object: slim(event.object.metadata, keep) };
}

function read<T>(schema: v.GenericSchema<unknown, T>, value: unknown, what: string): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`The API server's answer is no ${what}: ${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

function slim({ name, namespace, uid, annotations }: v.InferOutput<typeof METADATA>, keep: Keep): Metadata {
  const kept = Object.entries(annotations).filter(([key]) => keep(key));
  return { name, namespace, uid, annotations: Object.fromEntries(kept) };
}
