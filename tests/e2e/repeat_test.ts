/** ADD on top of what is there already: its own, or others' leftovers. */
import { assertEquals } from "@std/assert";
import { run } from "../rig/run.ts";
import { assertQueues10M, ATTACH, attachedAs, classesOf } from "../rig/expected.ts";
import { ends, kept, named, pinsOf, recordOf, settled, withoutIds } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";

/** What may be left when an ADD comes. */
const LEFTOVERS: readonly (readonly [string, (scene: Scene) => Promise<unknown>])[] = [
  ["a whole limit", () => Promise.resolve()],
  ["pins without a record", (scene) => Deno.remove(recordOf(scene))],
  ["a record without pins", (scene) => run(["rm", "-r", pinsOf(scene)])],
  ["one direction's pins", (scene) => run(["rm", "-r", `${pinsOf(scene)}/egress`])],
  ["a garbage record", (scene) => Deno.writeTextFile(recordOf(scene), "{")],
  ["pins without queues", async ({ pod }) => {
    await pod.node.run(["tc", "qdisc", "del", "dev", "veth0", "root"]);
    await pod.pod.run(["tc", "qdisc", "del", "dev", "eth0", "root"]);
  }],
];

for (const attach of ATTACH) {
  for (const [what, spoil] of LEFTOVERS) {
    Deno.test(`ADD with ${attach} comes to the same end over ${what}`, async () => {
      await using scene = await Scene.create();
      const before = await ends(scene);
      await scene.call("ADD", { conf: { attach } });
      const first = await ends(scene);
      await spoil(scene);
      const again = await scene.call("ADD", { conf: { attach } });
      assertEquals([again.code, again.answer], [0, scene.pod.prevResult]);
      assertEquals((await scene.log()).filter(({ level }) => level !== "info"), []);
      assertEquals(withoutIds(await settled(scene, 3)), withoutIds(first));
      assertEquals((await scene.call("CHECK", { conf: { attach } })).stdout, "");
      await scene.call("DEL", { conf: { attach } });
      const { host, pod } = await settled(scene);
      assertEquals([host.classes, host.egress, host.ingress, pod.classes, pod.egress], [[], [], [], [], []]);
      if (what === "a whole limit") assertEquals({ host, pod }, before);
      assertEquals(await kept(scene.pod.containerId), []);
    });
  }
}

Deno.test("ADD with another limit replaces the first one", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await scene.call("ADD", { conf: annotated(annotations("20M", null)) });
  const { host, pod } = await settled(scene, 1);
  assertEquals(classesOf(host)[0], "6e61:1 root rate 20Mbit ceil 20Mbit");
  assertEquals([host.ingress, pod.egress, pod.classes], [[], [], []]);
  assertEquals((await scene.call("CHECK", { conf: annotated(annotations("20M", null)) })).stdout, "");
});

Deno.test("ADD without a limit lifts the first one's", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD");
  await scene.call("ADD", { conf: annotated({}) });
  assertEquals(await settled(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
});

Deno.test("ADD with another attachment leaves nothing of the first one's", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD", { conf: { attach: "clsact" } });
  await scene.call("ADD", { conf: { attach: "tcx" } });
  const { host, pod } = await ends(scene);
  assertEquals(named(host.egress), [attachedAs("tcx", "natra_shape")]);
  assertEquals(named(host.ingress), [attachedAs("tcx", "natra_guard")]);
  assertEquals(named(pod.egress), [attachedAs("tcx", "natra_shape")]);
  await scene.call("DEL");
  assertEquals(await settled(scene), before);
});

Deno.test("ADD takes over queues and filters that nobody remembers and that carry natra's own handles", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: { attach: "clsact" } });
  await Deno.remove(recordOf(scene));
  await run(["rm", "-r", pinsOf(scene)]);
  await scene.call("ADD", { conf: { attach: "clsact", ...annotated(annotations("10M", "10M")) } });
  const { host, pod } = await ends(scene);
  for (const device of [host, pod]) assertQueues10M(device);
  assertEquals(named(host.egress), [attachedAs("clsact", "natra_shape")]);
  assertEquals(named(host.ingress), [attachedAs("clsact", "natra_guard")]);
  assertEquals((await scene.log()).map(({ msg }) => msg), ["pod is limited", "pod is limited"]);
});
