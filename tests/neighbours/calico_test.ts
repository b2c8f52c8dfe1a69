/**
 * Calico: its eBPF mode deletes the clsact qdisc, its QoS replaces the root queue and redirects to an ifb of
 * its own.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Scene } from "../rig/scene.ts";
import { HOST_VETH } from "../rig/pod.ts";
import { deleteClsact, shapeEgress, shapeIngress } from "./acts.ts";
import { assertCounted } from "./counted.ts";
import { diagnose } from "./diagnosis.ts";

const COUNT = 100;

/** Kinds and handles of the node's end's queues that hold a rate. */
async function limitersOf({ pod }: Scene): Promise<string[]> {
  const shown = JSON.parse(await pod.node.run(["tc", "-j", "qdisc", "show", "dev", HOST_VETH])) as {
    kind: string;
    handle: string;
    root?: boolean;
  }[];
  return shown.filter(({ root }) => root).map(({ kind, handle }) => `${kind} ${handle}`);
}

Deno.test("natra's tcx programs outlive Calico's deletion of clsact", async () => {
  await using scene = await Scene.create();
  await scene.pod.node.run(["tc", "qdisc", "add", "dev", HOST_VETH, "clsact"]);
  await scene.call("ADD", { conf: { attach: "tcx" } });
  await deleteClsact(scene.pod.node);
  await assertCounted(scene, COUNT);
  assertEquals((await diagnose(scene)).trouble, []);
});

Deno.test("the doctor finds that Calico deleted clsact, and natra's filters with it", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: { attach: "clsact" } });
  await deleteClsact(scene.pod.node);
  const { trouble } = await diagnose(scene);
  assertEquals(trouble, [
    "guard-skipped egress",
    "program-gone egress",
    "program-gone ingress",
    "uncounted ingress",
  ]);
});

Deno.test("Calico's TBF takes the place of natra's queue: one limit holds, natra counts, and the doctor says whose it is", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  assertEquals(await limitersOf(scene), ["htb 6e61:"]);
  await shapeIngress(scene.pod.node);
  assertEquals(await limitersOf(scene), ["tbf 1:"]);
  await assertCounted(scene, COUNT);
  const { trouble, text } = await diagnose(scene);
  assertEquals(trouble, ["queue-replaced ingress", "two-limiters ingress"]);
  assertMatch(text, /the root queue of "veth0" is tbf 1:, not natra's htb 6e61:/);
});

Deno.test("natra leaves a TBF that was there first, and the doctor finds that two limiters hold the pod", async () => {
  await using scene = await Scene.create();
  await shapeIngress(scene.pod.node);
  await scene.call("ADD");
  assertEquals(await limitersOf(scene), ["tbf 1:"]);
  await assertCounted(scene, COUNT);
  assertEquals((await diagnose(scene)).trouble, ["policed ingress", "two-limiters ingress"]);
});

Deno.test("the doctor finds a second limiter of what the pod sends, on an ifb of the node", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await shapeEgress(scene.pod.node);
  await assertCounted(scene, COUNT);
  const { trouble, text } = await diagnose(scene);
  assertEquals(trouble, ["two-limiters egress"]);
  assertMatch(text, /a foreign tbf 1: at "bwcali0" also limits this pod's egress/);
});

Deno.test("beside podside the doctor finds Calico's TBF on the node's end, too", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: { attach: "podside" } });
  await shapeIngress(scene.pod.node);
  await assertCounted(scene, COUNT);
  assertEquals((await diagnose(scene)).trouble, ["two-limiters ingress"]);
});
