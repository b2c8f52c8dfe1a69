/**
 * Resources of the API for tests, with the types of kubernetes-types. The API server is trusted to send what
 * they say.
 */
import type { CustomResourceDefinition } from "kubernetes-types/apiextensions/v1";
import type { Deployment } from "kubernetes-types/apps/v1";
import type { ConfigMap, Event, Node, Pod, Service } from "kubernetes-types/core/v1";
import type { EndpointSlice } from "kubernetes-types/discovery/v1";
import { decodeWhole, type KubeObject } from "../../../src/kube/objects.ts";
import { EVENTS as WHOLE_EVENTS, PODS as WHOLE_PODS, type Resource } from "../../../src/kube/resource.ts";

/** An object that the API server sent. */
export type Stored<T> = T & KubeObject;

/** Trusts the API server. */
export function trusted<T>(object: unknown): Stored<T> {
  return decodeWhole(object) as unknown as Stored<T>;
}

export const PODS: Resource<Stored<Pod>> = { ...WHOLE_PODS, decode: trusted<Pod> };
export const EVENTS: Resource<Stored<Event>> = { ...WHOLE_EVENTS, decode: trusted<Event> };
export const NODES: Resource<Stored<Node>> = {
  group: "",
  version: "v1",
  kind: "Node",
  plural: "nodes",
  isNamespaced: false,
  decode: trusted<Node>,
};
export const SERVICES: Resource<Stored<Service>> = {
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  isNamespaced: true,
  decode: trusted<Service>,
};
export const CONFIG_MAPS: Resource<Stored<ConfigMap>> = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  isNamespaced: true,
  decode: trusted<ConfigMap>,
};
export const DEPLOYMENTS: Resource<Stored<Deployment>> = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  isNamespaced: true,
  decode: trusted<Deployment>,
};
export const ENDPOINT_SLICES: Resource<Stored<EndpointSlice>> = {
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  isNamespaced: true,
  decode: trusted<EndpointSlice>,
};
export const CUSTOM_RESOURCE_DEFINITIONS: Resource<Stored<CustomResourceDefinition>> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  isNamespaced: false,
  decode: trusted<CustomResourceDefinition>,
};
