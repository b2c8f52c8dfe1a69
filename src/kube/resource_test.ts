import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  apiVersionOf,
  collectionPath,
  DAEMON_SETS,
  LEASES,
  NAMESPACES,
  objectPath,
  PODS,
  scaleOf,
  statusOf,
} from "./resource.ts";

Deno.test("paths of collections, objects and subresources", () => {
  assertEquals(collectionPath(PODS), "/api/v1/pods");
  assertEquals(collectionPath(LEASES, "shop"), "/apis/coordination.k8s.io/v1/namespaces/shop/leases");
  assertEquals(objectPath(NAMESPACES, { name: "shop" }), "/api/v1/namespaces/shop");
  const name = { namespace: "shop", name: "web" };
  assertEquals(objectPath(statusOf(PODS), name), "/api/v1/namespaces/shop/pods/web/status");
  assertEquals(objectPath(scaleOf(DAEMON_SETS), name), "/apis/apps/v1/namespaces/shop/daemonsets/web/scale");
  assertEquals([apiVersionOf(PODS), apiVersionOf(DAEMON_SETS)], ["v1", "apps/v1"]);
});

Deno.test("an object of a namespace needs one, and a cluster's object has none", () => {
  assertThrows(() => objectPath(PODS, { name: "web" }), Error, 'Pod "web" needs a namespace');
  assertThrows(() => collectionPath(NAMESPACES, "shop"), Error, "namespaces are in no namespace");
});

Deno.test("no name leads out of its resource", () => {
  for (const name of ["", ".", ".."]) {
    assertThrows(() => objectPath(NAMESPACES, { name }), Error, "part of a path");
  }
  fc.assert(fc.property(fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()), (name) => {
    if (/^\.{0,2}$/.test(name)) return;
    const { pathname, search, hash } = new URL(`https://x${objectPath(NAMESPACES, { name })}`);
    assertEquals(pathname.split("/").length, 5);
    assertEquals([search, hash, decodeURIComponent(pathname.split("/")[4] ?? "")], ["", "", name]);
  }));
});
