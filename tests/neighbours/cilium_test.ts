/**
 * Cilium: deletes every clsact filter of a direction once it is on tcx, and hands packets to the pod past the
 * veth's end.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { ends, kept, settled } from "../rig/observed.ts";
import { Scene } from "../rig/scene.ts";
import { CLIENT_GATEWAY, HOST_VETH } from "../rig/pod.ts";
import { deleteFilters } from "./acts.ts";
import { assertCounted } from "./counted.ts";
import { diagnose } from "./diagnosis.ts";
import { Neighbour } from "../rig/neighbour.ts";

const COUNT = 100;

/** Cilium's program at the node's own interface: what is for the pod goes to its eth0 at once. */
function redirectPeer({ pod }: Scene): Promise<Neighbour> {
  const hook = { namespace: pod.node, link: CLIENT_GATEWAY, point: "ingress" } as const;
  return Neighbour.attach(hook, ["tcx", "tail"], `peer=${HOST_VETH}`);
}

/** The interface by which a main CNI can be told. */
async function addSign({ pod }: Scene, name: string): Promise<void> {
  await pod.node.run(["ip", "link", "add", name, "type", "veth", "peer", "name", "other"]);
}

for (const point of ["ingress", "egress"] as const) {
  Deno.test(`natra's tcx programs outlive Cilium's deletion of every clsact filter of ${point}`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach: "tcx" } });
    const hook = { namespace: scene.pod.node, link: HOST_VETH, point } as const;
    await using _old = await Neighbour.attach(hook, ["clsact", 1, 1]);
    await using agent = await Neighbour.attach(hook, ["tcx", "tail"], "ok");
    await deleteFilters(hook);
    await assertCounted(scene, COUNT);
    assertEquals(await agent.seen(), COUNT);
    const { trouble, notices } = await diagnose(scene);
    assertEquals([trouble, notices], [[], []]);
  });

  Deno.test(`the doctor finds that Cilium deleted natra's clsact filter of ${point}`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach: "clsact" } });
    const hook = { namespace: scene.pod.node, link: HOST_VETH, point } as const;
    await deleteFilters(hook);
    await using _agent = await Neighbour.attach(hook, ["tcx", "tail"], "ok");
    const { trouble } = await diagnose(scene);
    assertEquals(
      trouble,
      point === "egress"
        ? ["program-gone ingress", "uncounted ingress"]
        : ["guard-skipped egress", "program-gone egress"],
    );
  });
}

for (const attach of ["tcx", "clsact"] as const) {
  Deno.test(`the doctor finds that packets bypass the node's end, where natra is by ${attach}`, async () => {
    await using scene = await Scene.create();
    await using cilium = await redirectPeer(scene);
    // Although Cilium is there: what the list says wins.
    await addSign(scene, "cilium_host");
    await scene.call("ADD", { conf: { attach } });
    const { trouble, notices, ingress, egress, text } = await diagnose(scene);
    assertEquals([trouble, ingress, egress], [["bypassed ingress"], "missed", "counted"]);
    assertEquals(notices, []);
    assertMatch(text, /"eth0" received \d+ bytes, only \d+ of them through "veth0"/);
    assertEquals(await cilium.seen() > 0, true);
  });
}

Deno.test("the doctor says that packets may bypass the node's end, although none did while it watched", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await addSign(scene, "cilium_host"); // as if it had come after the pod
  for (const watch of [0, 1]) {
    const { code, trouble, notices } = await diagnose(scene, watch);
    assertEquals([code, trouble, notices], [0, [], ["may-bypass ingress"]]);
  }
});

for (
  const [who, sign] of [["Cilium", "cilium_host"], ["Calico's eBPF mode", "bpfin.cali"], [
    "nobody",
    null,
  ]] as const
) {
  Deno.test(`natra chooses by itself where ingress is held beside ${who}, and undoes it`, async () => {
    await using scene = await Scene.create();
    if (sign !== null) await addSign(scene, sign);
    const before = await ends(scene);
    const add = await scene.call("ADD", { conf: { logLevel: "debug" } });
    assertEquals([add.code, add.answer], [0, scene.pod.prevResult]);
    const side = (await scene.log()).find(({ text }) => text.includes('"what":"ingress side"'));
    assertMatch(
      side?.text ?? "",
      sign === null ? /"choice":"host"/ : new RegExp(`"choice":"pod","why":"packets of ${who} .*${sign}`),
    );
    await using _cilium = sign === null ? null : await redirectPeer(scene);
    await assertCounted(scene, COUNT);
    const { trouble, notices, ingress, egress } = await diagnose(scene);
    assertEquals([trouble, notices, ingress, egress], [[], [], "counted", "counted"]);
    await scene.call("DEL");
    assertEquals(await settled(scene), before);
    assertEquals(await kept(scene.pod.containerId), []);
  });
}
