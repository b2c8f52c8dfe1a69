/** DEL comes twice, late, or for nothing; it always succeeds, and takes away what is its own. */
import { assert, assertEquals } from "@std/assert";
import { HOST_VETH, POD_INTERFACE } from "../rig/pod.ts";
import { pause } from "../rig/interruption.ts";
import { run } from "../rig/run.ts";
import { ATTACH } from "../rig/expected.ts";
import { ends, kept, pinsOf, recordOf, settled } from "../rig/observed.ts";
import { type Answer, Scene } from "../rig/scene.ts";

function assertSilent({ code, stdout }: Answer): void {
  assertEquals([code, stdout], [0, ""]);
}

Deno.test("DEL succeeds a second and a third time", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD");
  assertSilent(await scene.call("DEL"));
  // As containerd repeats it: without a namespace and without a result.
  assertSilent(await scene.call("DEL", { env: { CNI_NETNS: "" }, conf: { prevResult: undefined } }));
  assertSilent(await scene.call("DEL"));
  assertEquals(await settled(scene), before);
});

Deno.test("DEL without a namespace lets a pod go that lives on", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD");
  assertSilent(await scene.call("DEL", { env: { CNI_NETNS: "" } }));
  assertEquals(await settled(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
});

Deno.test("DEL removes pins and record when the namespace is gone", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await run(["ip", "netns", "del", scene.pod.pod.name]);
  assertSilent(await scene.call("DEL"));
  assertEquals(await kept(scene.pod.containerId), []);
});

Deno.test("DEL removes pins and record when the interface is gone", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await scene.pod.node.run(["ip", "link", "del", HOST_VETH]);
  assertSilent(await scene.call("DEL"));
  assertEquals(await kept(scene.pod.containerId), []);
});

Deno.test("DEL of a container that natra never saw touches nothing", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const before = await ends(scene);
  const other = `natra-e2e-${crypto.randomUUID()}`;
  const del = await scene.call("DEL", { env: { CNI_CONTAINERID: other } });
  assertSilent(del);
  assertEquals(del.stderr, "");
  assertEquals(await ends(scene), before);
});

for (const attach of ATTACH) {
  for (
    const [what, text] of [["garbage", "\0{]"], ["nothing", ""], [
      "another version's content",
      '{"version":99}',
    ]]
  ) {
    Deno.test(`DEL with ${attach} lets the pod go when ${what} is in the record`, async () => {
      await using scene = await Scene.create();
      const before = await ends(scene);
      await scene.call("ADD", { conf: { attach } });
      await Deno.writeTextFile(recordOf(scene), text ?? "");
      assertSilent(await scene.call("DEL", { conf: { attach } }));
      const after = await settled(scene);
      // Who made the clsact and how large GSO packets were, only the record knew.
      const { qdiscs } = after.host;
      assertEquals(qdiscs.filter((line) => !line.includes("clsact")), before.host.qdiscs);
      assertEquals([after.host.egress, after.host.ingress, after.pod.egress], [[], [], []]);
      assertEquals(after.pod.classes, []);
      assertEquals(await kept(scene.pod.containerId), []);
    });
  }

  Deno.test(`DEL with ${attach} of an old sandbox leaves a new one at the same namespace path alone`, async () => {
    await using scene = await Scene.create();
    const { node, pod, containerId } = scene.pod;
    await scene.call("ADD", { conf: { attach } });
    const { ino } = await Deno.stat(pod.path);
    // The kernel gives the inode away again as soon as it has cleared the old namespace up: the hardest case.
    for (let tries = 0, now = null; tries < 20 && now !== ino; tries++) {
      await run(["ip", "netns", "del", pod.name]);
      await pause(50);
      await run(["ip", "netns", "add", pod.name]);
      now = (await Deno.stat(pod.path)).ino;
    }
    await node.run([
      "ip",
      "link",
      "add",
      HOST_VETH,
      "type",
      "veth",
      "peer",
      POD_INTERFACE,
      "netns",
      pod.name,
    ]);
    const fresh = `natra-e2e-${crypto.randomUUID()}`;
    await scene.call("ADD", { conf: { attach }, env: { CNI_CONTAINERID: fresh } });
    const held = await ends(scene);
    assertEquals([held.host.egress.length, held.host.ingress.length, held.pod.egress.length], [1, 1, 1]);

    assertSilent(await scene.call("DEL", { conf: { attach } }));
    assertEquals(await ends(scene), held);
    assertEquals(await kept(containerId), []);
    const check = await scene.call("CHECK", { conf: { attach }, env: { CNI_CONTAINERID: fresh } });
    assertEquals([check.code, check.stdout], [0, ""]);
  });

  Deno.test(`DEL with ${attach} of an old sandbox without a record leaves a new one alone`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach } });
    await Deno.remove(recordOf(scene));
    const fresh = `natra-e2e-${crypto.randomUUID()}`;
    const env = { CNI_CONTAINERID: fresh };
    await scene.call("ADD", { conf: { attach }, env });
    const held = await ends(scene);
    assertSilent(await scene.call("DEL", { conf: { attach } }));
    const after = await ends(scene);
    assertEquals(await kept(scene.pod.containerId), []);
    assertEquals([after.host.qdiscs, after.pod.qdiscs], [held.host.qdiscs, held.pod.qdiscs]);
    assertEquals((await scene.call("CHECK", { conf: { attach }, env })).stdout, "");
  });
}

Deno.test("DEL takes one interface of a container and leaves the other", async () => {
  await using scene = await Scene.create();
  const { node, pod, containerId } = scene.pod;
  await node.run(["ip", "link", "add", "veth1", "type", "veth", "peer", "net1", "netns", pod.name]);
  await scene.call("ADD");
  await scene.call("ADD", { env: { CNI_IFNAME: "net1" } });
  const held = await ends(scene);
  assertSilent(await scene.call("DEL", { env: { CNI_IFNAME: "net1" } }));
  assertEquals(await settled(scene, 3), held);
  assert((await kept(containerId)).length > 0);
  assertSilent(await scene.call("DEL"));
  assertEquals(await kept(containerId), []);
});

Deno.test("DEL undoes a half-made ADD: pins without a record", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD");
  await Deno.remove(recordOf(scene));
  assertSilent(await scene.call("DEL"));
  const { host, pod } = await settled(scene);
  assertEquals([host, { ...pod, gsoMaxSize: before.pod.gsoMaxSize }], [before.host, before.pod]);
  assertEquals(await kept(scene.pod.containerId), []);
});

Deno.test("DEL undoes a half-made ADD: a record without pins", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD");
  await run(["rm", "-r", pinsOf(scene)]);
  assertSilent(await scene.call("DEL"));
  assertEquals(await settled(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
});
