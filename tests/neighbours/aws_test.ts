/**
 * AWS's network policy agent on the node's end: clsact filters of priority 1 and handle 1 on both hooks,
 * which end the hook for what they allow. With tcx natra is first whatever it does; with clsact the one that came
 * last is, and the doctor says so.
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { HOST_VETH } from "../rig/pod.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";
import { attachAws, deleteFirstHandle1 } from "./acts.ts";
import { assertCounted } from "./counted.ts";
import { diagnose } from "./diagnosis.ts";
import { sendDatagrams } from "../rig/neighbour.ts";

const COUNT = 100;

async function readdAws(scene: Scene): Promise<AsyncDisposable> {
  for (const point of ["ingress", "egress"] as const) {
    await deleteFirstHandle1({ namespace: scene.pod.node, link: HOST_VETH, point });
  }
  return await attachAws(scene.pod.node);
}

for (const attach of ["tcx", "clsact"] as const) {
  Deno.test(`AWS's agent that came first sees what natra passes by ${attach}, and natra counts all of it`, async () => {
    await using scene = await Scene.create();
    await using agent = await attachAws(scene.pod.node);
    await scene.call("ADD", { conf: { attach } });
    await assertCounted(scene, COUNT);
    assertEquals([await agent.ingress.seen(), await agent.egress.seen()], [COUNT, COUNT]);
    const { trouble, notices, ingress, egress } = await diagnose(scene);
    assertEquals([trouble, notices, ingress, egress], [[], [], "counted", "counted"]);
  });

  Deno.test(`AWS's agent that deletes the first filter of handle 1 does not delete natra's by ${attach}`, async () => {
    await using scene = await Scene.create();
    await using _agent = await attachAws(scene.pod.node);
    await scene.call("ADD", { conf: { attach } });
    for (const point of ["ingress", "egress"] as const) {
      const hook = { namespace: scene.pod.node, link: HOST_VETH, point };
      assert(await deleteFirstHandle1(hook));
      assertEquals(await deleteFirstHandle1(hook), false);
    }
    await assertCounted(scene, COUNT);
    assertEquals((await diagnose(scene)).trouble, []);
  });
}

for (const how of ["came later", "was deleted and added again"] as const) {
  const join = (scene: Scene): Promise<AsyncDisposable> =>
    how === "came later" ? attachAws(scene.pod.node) : readdAws(scene);

  Deno.test(`AWS's agent that ${how} is still behind natra's tcx programs`, async () => {
    await using scene = await Scene.create();
    await using _first = how === "came later" ? null : await attachAws(scene.pod.node);
    await scene.call("ADD", { conf: { attach: "tcx" } });
    await using _agent = await join(scene);
    await assertCounted(scene, COUNT);
    const { trouble, notices } = await diagnose(scene);
    assertEquals([trouble, notices], [[], []]);
  });

  Deno.test(`AWS's agent that ${how} starves natra's clsact filters, and the doctor says so`, async () => {
    await using scene = await Scene.create();
    await using _first = how === "came later" ? null : await attachAws(scene.pod.node);
    await scene.call("ADD", { conf: { attach: "clsact" } });
    await using _agent = await join(scene);
    const { trouble, notices, ingress, egress, text } = await diagnose(scene);
    assertEquals(trouble, ["guard-skipped egress", "uncounted ingress"]);
    assertEquals(notices, ["not-first egress", "not-first ingress"]);
    assertEquals([ingress, egress], ["missed", "counted"]);
    assertMatch(text, /clsact filter neighbour\S* of priority 1, handle 0x1 at the egress hook of "veth0"/);
  });
}

Deno.test("the queue holds what AWS's agent keeps from natra's clsact filter: unsorted, but to the limit", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: { attach: "clsact", ...annotated(annotations("1M", "1M")) } });
  await using _agent = await attachAws(scene.pod.node);
  const { pod: { node, client, addresses } } = scene;
  await sendDatagrams(client, addresses.pod.v4, 400, 1400); // 0.6 MB, of which 100 ms of 1M may wait
  const shown = await node.run(["tc", "-s", "class", "show", "dev", HOST_VETH]);
  const statsOf = (id: string): readonly number[] => {
    const [, sent, packets, dropped] = new RegExp(
      `class htb ${id} [^]*?Sent (\\d+) bytes (\\d+) pkt \\(dropped (\\d+)`,
    ).exec(shown) ?? [];
    return [sent, packets, dropped].map(Number);
  };
  const [, , dropped = 0] = statsOf("6e61:4"); // what nobody sorted
  assertGreater(dropped, 200, shown);
  assertEquals(statsOf("6e61:3"), [0, 0, 0], shown); // light flows
});
