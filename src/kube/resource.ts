/** Resources of the API: where their objects are, and what is kept of them. */
import * as v from "valibot";
import { quote } from "../base/log/quote.ts";
import { type Decode, decoder, decodeWhole, type KubeObject, META, type ObjectName } from "./objects.ts";

/**
 * A resource, for example the Deployments of apps/v1. `{ ...DEPLOYMENTS, decode }` is the same one, of which
 * something else is kept.
 */
export interface Resource<T> {
  /** Empty: the core group. */
  readonly group: string;
  readonly version: string;
  /** For example `deployments`. */
  readonly plural: string;
  /** For example `Deployment`. */
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** For example `status`: requests go to this part of an object. */
  readonly subresource?: string;
  /**
   * What a subresource takes and gives, for example autoscaling/v1's Scale; absent: the objects themselves.
   */
  readonly subresourceType?: { readonly apiVersion: string; readonly kind: string };
  readonly decode: Decode<T>;
}

/** The scale of a Deployment, or of whatever has one. */
export interface Scale extends KubeObject {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas: number; readonly selector: string };
}

const COUNT = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0);
const SCALE = v.object({
  metadata: v.object(META),
  spec: v.optional(v.object({ replicas: COUNT }), {}),
  status: v.optional(v.object({ replicas: COUNT, selector: v.optional(v.string(), "") }), {}),
});
const decodeScale = decoder("Scale", SCALE);

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: Pick<Resource<unknown>, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The same objects' status: what is written there changes nothing else of them. */
export function statusOf<T>(resource: Resource<T>): Resource<T> {
  return { ...resource, subresource: "status" };
}

/** The same objects' scale. */
export function scaleOf(resource: Resource<unknown>): Resource<Scale> {
  const subresourceType = { apiVersion: "autoscaling/v1", kind: "Scale" };
  return { ...resource, subresource: "scale", subresourceType, decode: decodeScale };
}

/**
 * The path of a resource's objects.
 *
 * @param namespace Empty: those of all namespaces.
 * @throws {Error} If a part of it cannot be one.
 */
export function collectionPath(
  { group, version, plural, isNamespaced }: Resource<unknown>,
  namespace = "",
): string {
  if (!isNamespaced && namespace !== "") throw new Error(`${plural} are in no namespace`);
  const root = group === "" ? ["api", version] : ["apis", group, version];
  const within = namespace === "" ? [] : ["namespaces", namespace];
  return `/${[...root, ...within, plural].map(segment).join("/")}`;
}

/**
 * The path of an object, or of the resource's part of it.
 *
 * @throws {Error} If a part of the path cannot be one.
 */
export function objectPath(resource: Resource<unknown>, { name, namespace = "" }: ObjectName): string {
  if (resource.isNamespaced && namespace === "") {
    throw new Error(`${resource.kind} ${quote(name)} needs a namespace`);
  }
  const below = resource.subresource === undefined ? "" : `/${segment(resource.subresource)}`;
  return `${collectionPath(resource, namespace)}/${segment(name)}${below}`;
}

/** Names come from objects that users write: none may lead to another path. */
function segment(text: string): string {
  if (text === "" || text === "." || text === "..") {
    throw new Error(`${quote(text)} cannot be part of a path`);
  }
  return encodeURIComponent(text);
}

const resource = (
  apiVersion: string,
  kind: string,
  plural: string,
  isNamespaced = true,
): Resource<ReturnType<typeof decodeWhole>> => {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return { group, version, kind, plural, isNamespaced, decode: decodeWhole };
};

export const PODS = resource("v1", "Pod", "pods");
export const NAMESPACES = resource("v1", "Namespace", "namespaces", false);
export const EVENTS = resource("v1", "Event", "events");
export const DAEMON_SETS = resource("apps/v1", "DaemonSet", "daemonsets");
export const LEASES = resource("coordination.k8s.io/v1", "Lease", "leases");
