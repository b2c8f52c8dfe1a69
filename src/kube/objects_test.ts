import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readEvent, readList } from "./objects.ts";

const keep = (annotation: string): boolean => annotation.startsWith("natra.io/");
const pod = {
  kind: "PartialObjectMetadata",
  metadata: {
    name: "web",
    namespace: "shop",
    uid: "u1",
    resourceVersion: "7",
    annotations: { "natra.io/a": "1", "other": "x".repeat(1000) },
    labels: { app: "web" },
  },
};

Deno.test("readList() keeps names, and the annotations that are wanted", () => {
  const bare = { metadata: { name: "shop", uid: "u2", resourceVersion: "3" } };
  assertEquals(readList({ metadata: { resourceVersion: "9" }, items: [pod, bare] }, keep), {
    version: "9",
    objects: [
      { name: "web", namespace: "shop", uid: "u1", annotations: { "natra.io/a": "1" } },
      { name: "shop", namespace: "", uid: "u2", annotations: {} },
    ],
  });
});

Deno.test("readEvent() reads changes, bookmarks and errors", () => {
  const { object, ...event } = readEvent({ type: "MODIFIED", object: pod }, keep) as { object: unknown };
  assertEquals(event, { type: "MODIFIED", version: "7" });
  assertEquals(object, { name: "web", namespace: "shop", uid: "u1", annotations: { "natra.io/a": "1" } });
  assertEquals(readEvent({ type: "BOOKMARK", object: { metadata: { resourceVersion: "8" } } }, keep), {
    type: "BOOKMARK",
    version: "8",
  });
  const status = { kind: "Status", code: 410 };
  assertEquals(readEvent({ type: "ERROR", object: status }, keep), { type: "ERROR", status });
});

Deno.test("what is no list and no event is refused with a reason, whatever it is", () => {
  assertThrows(
    () => readEvent({ type: "ADDED", object: { metadata: { name: 7 } } }, keep),
    Error,
    "object.metadata.name",
  );
  fc.assert(fc.property(fc.anything({ withNullPrototype: true, maxDepth: 4 }), (value) => {
    assertThrows(() => readList(value, keep), Error, "no list");
    assertThrows(() => readEvent(value, keep), Error, "no event");
  }));
});
