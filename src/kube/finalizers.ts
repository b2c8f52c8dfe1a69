/** Finalizers keep an object that is being deleted until the controllers that set them have cleaned up. */
import * as v from "valibot";
import type { KubeClient } from "./client.ts";
import type { KubeObject, ObjectMeta } from "./objects.ts";
import type { Resource } from "./resource.ts";

/** Entries of a schema's `metadata`. */
export const FINALIZERS = v.optional(v.array(v.string()), []);
export const DELETION_TIMESTAMP = v.optional(v.nullable(v.string()), null);

interface Finalizable extends KubeObject {
  readonly metadata: ObjectMeta & { readonly finalizers: readonly string[] };
}

/**
 * Adds a finalizer, before anything is made that would have to be cleaned up.
 *
 * @throws {ApiError} See isConflict().
 */
export function addFinalizer<T extends Finalizable>(
  client: KubeClient,
  resource: Resource<T>,
  object: T,
  finalizer: string,
  signal: AbortSignal,
): Promise<T> {
  const { finalizers } = object.metadata;
  if (finalizers.includes(finalizer)) return Promise.resolve(object);
  return write(client, resource, object, [...finalizers, finalizer], signal);
}

/** Removes a finalizer once all is cleaned up. @throws {ApiError} See isConflict(). */
export function removeFinalizer<T extends Finalizable>(
  client: KubeClient,
  resource: Resource<T>,
  object: T,
  finalizer: string,
  signal: AbortSignal,
): Promise<T> {
  const { finalizers } = object.metadata;
  if (!finalizers.includes(finalizer)) return Promise.resolve(object);
  return write(client, resource, object, finalizers.filter((other) => other !== finalizer), signal);
}

/** A patch replaces the whole list: the version makes sure that it is the one that was read. */
function write<T extends Finalizable>(
  client: KubeClient,
  resource: Resource<T>,
  { metadata }: T,
  finalizers: readonly string[],
  signal: AbortSignal,
): Promise<T> {
  const { resourceVersion } = metadata;
  return client.mergePatch(resource, metadata, { metadata: { resourceVersion, finalizers } }, signal);
}
