import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { keyOf, type KubeObject } from "./objects.ts";
import { type Change, Store } from "./store.ts";

interface Labelled extends KubeObject {
  readonly labels: readonly string[];
}

const make = (name: string, uid: string, resourceVersion: string, labels: readonly string[]): Labelled => ({
  metadata: { name, namespace: "shop", uid, resourceVersion },
  labels,
});

const object = fc.tuple(
  fc.constantFrom("a", "b", "c", "d"),
  fc.constantFrom("1", "2"),
  fc.constantFrom("1", "2", "3"),
  fc.uniqueArray(fc.constantFrom("x", "y", "z")),
).map((parts) => make(...parts));

type Step = { readonly set: Labelled } | { readonly delete: string } | {
  readonly replace: readonly Labelled[];
};
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ set: object }),
  fc.record({ delete: fc.constantFrom("shop/a", "shop/b", "shop/c") }),
  fc.record({ replace: fc.uniqueArray(object, { selector: ({ metadata }) => metadata.name }) }),
);

/** Applies a step to a plain map, as the store should. */
function model(objects: Map<string, Labelled>, step: Step): void {
  const set = (object: Labelled): void => {
    const key = keyOf(object.metadata);
    const { uid, resourceVersion } = objects.get(key)?.metadata ?? {};
    const { metadata } = object;
    if (uid !== metadata.uid || resourceVersion !== metadata.resourceVersion) objects.set(key, object);
  };
  if ("set" in step) set(step.set);
  else if ("delete" in step) objects.delete(step.delete);
  else {
    const listed = new Set(step.replace.map(({ metadata }) => keyOf(metadata)));
    for (const key of [...objects.keys()]) if (!listed.has(key)) objects.delete(key);
    step.replace.forEach(set);
  }
}

/** Replays changes, as a handler that keeps a copy would. */
function replay(copy: Map<string, Labelled>, changes: readonly Change<Labelled>[]): void {
  for (const change of changes) {
    const key = keyOf(change.object.metadata);
    const known = copy.get(key);
    if (change.type === "add") {
      assertEquals(known, undefined);
      copy.set(key, change.object);
    } else if (change.type === "update") {
      assertEquals([known, known?.metadata.uid], [change.old, change.object.metadata.uid]);
      copy.set(key, change.object);
    } else {
      assertEquals(known, change.object);
      copy.delete(key);
    }
  }
}

Deno.test("after any steps a store, its indices, and a handler's copy hold what a plain map would", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), (steps, indexedAt) => {
    const store = new Store<Labelled>();
    const expected = new Map<string, Labelled>();
    const copy = new Map<string, Labelled>();
    const addIndex = (): void => store.addIndex("label", ({ labels }) => labels);
    if (indexedAt >= steps.length) addIndex();
    steps.forEach((step, at) => {
      if (at === indexedAt) addIndex();
      const changes = "set" in step
        ? store.set(step.set)
        : "delete" in step
        ? store.delete(step.delete)
        : store.replace(step.replace);
      replay(copy, changes);
      model(expected, step);
    });
    const sorted = (map: Iterable<Labelled>): Labelled[] =>
      [...map].sort((one, other) => one.metadata.name < other.metadata.name ? -1 : 1);
    assertEquals(sorted(store.values()), sorted(expected.values()));
    assertEquals(sorted(copy.values()), sorted(expected.values()));
    assertEquals([store.size, [...store.keys()].sort()], [expected.size, [...expected.keys()].sort()]);
    for (const label of ["x", "y", "z"]) {
      const wanted = [...expected.values()].filter(({ labels }) => labels.includes(label));
      assertEquals(sorted(store.byIndex("label", label)), sorted(wanted));
      assertEquals([...store.indexValues("label")].includes(label), wanted.length > 0);
    }
  }));
});

Deno.test("an index has one name, and an unknown one is an error", () => {
  const store = new Store<Labelled>();
  store.addIndex("label", ({ labels }) => labels);
  assertThrows(() => store.addIndex("label", () => []), Error, '"label"');
  assertThrows(() => store.byIndex("other", "x"), Error, 'no index "other"');
});
