import { assertEquals } from "@std/assert";
import { Cluster } from "./node_view.ts";
import type { Metadata } from "../../kube/objects.ts";

const pod = (name: string, annotations: Record<string, string> = {}, uid = name): Metadata => ({
  name,
  namespace: "shop",
  uid,
  annotations,
});
const namespace = (annotations: Record<string, string> = {}): Metadata => ({
  name: "shop",
  namespace: "",
  uid: "shop",
  annotations,
});

/** A cluster with these pods that were looked at already, and who was told of what. */
function seen(
  ...pods: Metadata[]
): { cluster: Cluster; taken: () => string[]; gone: string[]; calls: () => number } {
  const gone: string[] = [];
  let rung = 0;
  const cluster = new Cluster(() => rung++, (uid) => gone.push(uid));
  cluster.setPods(pods);
  cluster.setNamespaces([namespace()]);
  cluster.take();
  return { cluster, gone, calls: () => rung, taken: () => cluster.take().map((each) => each.pod.name) };
}

Deno.test("nobody is looked at before both lists are there, and everybody then", () => {
  let rung = 0;
  const cluster = new Cluster(() => rung++, () => {});
  cluster.setPods([pod("a"), pod("b")]);
  assertEquals(cluster.take(), []);
  cluster.setNamespaces([namespace({ x: "1" })]);
  assertEquals(cluster.take().map(({ pod, namespace }) => [pod.name, namespace.annotations]), [
    ["a", { x: "1" }],
    ["b", { x: "1" }],
  ]);
  assertEquals([cluster.take(), rung > 0], [[], true]);
});

Deno.test("a pod is looked at again when its annotations change, not when something else does", () => {
  const { cluster, taken } = seen(pod("a", { x: "1" }), pod("b"));
  cluster.setPod(pod("a", { x: "1" }));
  assertEquals(taken(), []);
  cluster.setPod(pod("a", { x: "2" }));
  assertEquals([taken(), taken()], [["a"], []]);
  cluster.setPod(pod("a", {}));
  assertEquals(taken(), ["a"]);
});

Deno.test("a pod that was looked at too early is looked at again when anything of it changes", () => {
  const { cluster, taken } = seen(pod("a"));
  cluster.postpone(pod("a"));
  assertEquals(taken(), []);
  cluster.setPod(pod("a"));
  assertEquals(taken(), ["a"]);
  cluster.setPod(pod("a"));
  assertEquals(taken(), []);
  cluster.postpone(pod("a"));
  cluster.lookAgain();
  assertEquals(taken(), ["a"]);
  cluster.lookAgain();
  assertEquals(taken(), []);
});

Deno.test("a namespace that changes brings all of its pods", () => {
  const { cluster, taken } = seen(pod("a"), { ...pod("b"), namespace: "other" }, pod("c"));
  cluster.setNamespace(namespace({ x: "1" }));
  assertEquals(taken(), ["a", "c"]);
  cluster.setNamespace(namespace({ x: "1" }));
  assertEquals(taken(), []);
});

Deno.test("a pod whose namespace the watch has not told of yet waits for it", () => {
  const { cluster, taken } = seen();
  cluster.setPod({ ...pod("a"), namespace: "new" });
  assertEquals(taken(), []);
  cluster.setNamespace({ ...namespace(), name: "new" });
  assertEquals(taken(), ["a"]);
});

Deno.test("who is gone is told once, also when another pod has its name, and is not looked at", () => {
  const { cluster, taken, gone } = seen(pod("a", {}, "1"), pod("b", {}, "2"), pod("c", {}, "3"));
  cluster.setPod(pod("a", {}, "4"));
  cluster.setPods([pod("a", {}, "4"), pod("c", {}, "3")]);
  cluster.look();
  cluster.removePod(pod("c", {}, "3"));
  assertEquals([gone, taken()], [["1", "2", "3"], ["a"]]);
});

Deno.test("look() brings everybody, and nobody is told where there is nobody", () => {
  const { cluster, taken, calls } = seen(pod("a"), pod("b"));
  cluster.look();
  assertEquals(taken(), ["a", "b"]);
  const before = calls();
  cluster.setPods([]);
  cluster.look();
  assertEquals(calls(), before);
});
