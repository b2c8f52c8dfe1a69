/** Which object owns which: the garbage collector deletes what has lost its owners. */
import type { OwnerReference } from "kubernetes-types/meta/v1";
import * as v from "valibot";
import type { KubeObject } from "./objects.ts";
import { apiVersionOf, type Resource } from "./resource.ts";

/** An entry of a schema's `metadata`. */
export const OWNER_REFERENCES = v.optional(
  v.array(v.object({
    apiVersion: v.string(),
    kind: v.string(),
    name: v.string(),
    uid: v.string(),
    controller: v.optional(v.boolean(), false),
    blockOwnerDeletion: v.optional(v.boolean(), false),
  })),
  [],
);

/** A reference to the owner that controls an object; an object has at most one of these. */
export function controllerReference(
  resource: Resource<unknown>,
  { metadata: { name, uid } }: KubeObject,
): OwnerReference {
  const { kind } = resource;
  return { apiVersion: apiVersionOf(resource), kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The owner that controls an object. */
export function controllerOf(
  references: readonly Readonly<OwnerReference>[],
): Readonly<OwnerReference> | undefined {
  return references.find(({ controller }) => controller);
}
