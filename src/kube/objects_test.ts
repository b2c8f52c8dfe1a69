import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { decodeMeta, decoder, decodeWhole, keyOf, META, nameOfKey, STRINGS } from "./objects.ts";

const POD = {
  kind: "Pod",
  metadata: { name: "web", namespace: "shop", uid: "u1", resourceVersion: "7", labels: { app: "web" } },
  spec: { nodeName: "n1", containers: [] },
};

Deno.test("a decoder keeps what its schema names, and decodeWhole() keeps all", () => {
  assertEquals(decodeMeta(POD), {
    metadata: { name: "web", namespace: "shop", uid: "u1", resourceVersion: "7" },
  });
  const decode = decoder(
    "Pod",
    v.object({ metadata: v.object({ ...META, labels: STRINGS }), spec: v.object({ nodeName: v.string() }) }),
  );
  assertEquals(decode(POD), {
    metadata: { name: "web", namespace: "shop", uid: "u1", resourceVersion: "7", labels: { app: "web" } },
    spec: { nodeName: "n1" },
  });
  assertEquals<unknown>(decodeWhole(POD), POD);
});

Deno.test("a decoder refuses what is not an object of its kind, in a message of bounded length", () => {
  const message = assertThrows(
    () => decodeMeta({ metadata: { ...POD.metadata, name: "x".repeat(100_000) } }),
    Error,
    'not a valid object: "metadata.name": ',
  ).message;
  assertEquals(message.length < 600, true);
  fc.assert(fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (value) => {
    assertThrows(() => decodeMeta(value), Error, "not a valid object");
  }));
});

Deno.test("keyOf() and nameOfKey() are each other's inverse", () => {
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,20}[a-z0-9])?$/);
  fc.assert(fc.property(name, fc.option(name, { nil: "" }), (name, namespace) => {
    assertEquals(nameOfKey(keyOf({ name, namespace })), { name, namespace });
  }));
});
