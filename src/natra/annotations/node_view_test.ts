import { assertEquals } from "@std/assert";
import { recordingLogger } from "../../../tests/rig/recording_logger.ts";
import { KubeClient } from "../../kube/client.ts";
import { Informer, SharedInformers } from "../../kube/informer.ts";
import { NAMESPACES, PODS } from "../../kube/resource.ts";
import { type Annotated, decodeAnnotated, NodeView } from "./node_view.ts";

const KEY = "natra.io/ingress-bandwidth";
let versions = 0;

/** An object as the API server gives it; `x` stands for an annotation about limits. */
const object = (name: string, namespace: string, x: string | null, uid: string): Annotated =>
  decodeAnnotated({
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: String(++versions),
      annotations: { other: String(versions), ...x === null ? {} : { [KEY]: x } },
    },
  });
const pod = (name: string, x: string | null = null, uid = name, namespace = "shop"): Annotated =>
  object(name, namespace, x, uid);
const namespace = (x: string | null = null, name = "shop"): Annotated => object(name, "", x, name);

interface Rig {
  readonly view: NodeView;
  readonly pods: Informer<Annotated>;
  readonly namespaces: Informer<Annotated>;
  /** Names of the pods to look at. */
  readonly taken: () => string[];
  readonly gone: string[];
  readonly calls: () => number;
}

/** A view of informers that no API server feeds. */
function unlisted(): Rig {
  const server = { url: "https://none", readCa: () => "", readToken: () => null, certificate: null };
  const { logger } = recordingLogger();
  const informers = new SharedInformers(new KubeClient(server, { userAgent: "test" }), logger);
  const pods = informers.informer({ resource: { ...PODS, decode: decodeAnnotated } });
  const namespaces = informers.informer({ resource: { ...NAMESPACES, decode: decodeAnnotated } });
  const gone: string[] = [];
  let calls = 0;
  const view = new NodeView({ pods, namespaces, onWork: () => calls++, onGone: (uid) => gone.push(uid) });
  const taken = (): string[] => view.take().map(({ pod }) => pod.metadata.name);
  return { view, pods, namespaces, taken, gone, calls: () => calls };
}

function list(informer: Informer<Annotated>, ...objects: readonly Annotated[]): void {
  const listing = informer.beginList();
  objects.forEach(listing.add);
  listing.commit();
}

/** The same once these pods were looked at. */
function seen(...pods: Annotated[]): Rig {
  const rig = unlisted();
  list(rig.pods, ...pods);
  list(rig.namespaces, namespace());
  rig.view.take();
  return rig;
}

Deno.test("no pod is looked at before both lists are there, and all of them then", () => {
  const { view, pods, namespaces, taken, calls } = unlisted();
  list(pods, pod("a"), pod("b"));
  assertEquals(taken(), []);
  list(namespaces, namespace("1"));
  assertEquals(view.take().map(({ pod, namespace }) => [pod.metadata.name, namespace.metadata.annotations]), [
    ["a", { [KEY]: "1" }],
    ["b", { [KEY]: "1" }],
  ]);
  assertEquals([taken(), calls() > 0], [[], true]);
});

Deno.test("a pod is looked at again when its annotations change, not when something else does", () => {
  const { pods, taken } = seen(pod("a", "1"), pod("b"));
  pods.set(pod("a", "1"));
  assertEquals(taken(), []);
  pods.set(pod("a", "2"));
  assertEquals([taken(), taken()], [["a"], []]);
  pods.set(pod("a"));
  assertEquals(taken(), ["a"]);
});

Deno.test("a pod that was looked at too early is looked at again when anything of it changes", () => {
  const { view, pods, taken } = seen(pod("a"));
  view.postpone(pod("a"));
  assertEquals(taken(), []);
  pods.set(pod("a"));
  assertEquals(taken(), ["a"]);
  pods.set(pod("a"));
  assertEquals(taken(), []);
  view.postpone(pod("a"));
  view.lookAgain();
  assertEquals(taken(), ["a"]);
  view.lookAgain();
  assertEquals(taken(), []);
});

Deno.test("a namespace that changes brings all of its pods", () => {
  const { namespaces, taken } = seen(pod("a"), pod("b", null, "b", "other"), pod("c"));
  namespaces.set(namespace("1"));
  assertEquals(taken(), ["a", "c"]);
  namespaces.set(namespace("1"));
  assertEquals(taken(), []);
});

Deno.test("a pod whose namespace the watch has yet to report waits for it", () => {
  const { pods, namespaces, taken } = seen();
  pods.set(pod("a", null, "a", "new"));
  assertEquals(taken(), []);
  namespaces.set(namespace(null, "new"));
  assertEquals(taken(), ["a"]);
});

Deno.test("a pod that is gone is reported once, also when another one has its name, and is not looked at", () => {
  const { view, pods, taken, gone } = seen(pod("a", null, "1"), pod("b", null, "2"), pod("c", null, "3"));
  pods.set(pod("a", null, "4"));
  list(pods, pod("a", null, "4"), pod("c", null, "3"));
  view.look();
  pods.delete("shop/c");
  assertEquals([gone, taken()], [["1", "2", "3"], ["a"]]);
});

Deno.test("look() brings all pods, and is not work where there are none", () => {
  const { view, pods, taken, calls } = seen(pod("a"), pod("b"));
  view.look();
  assertEquals(taken(), ["a", "b"]);
  const before = calls();
  list(pods);
  view.look();
  assertEquals(calls(), before);
});
