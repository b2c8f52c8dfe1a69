/**
 * `natra limit`: what it changes on both ends of a veth, what it leaves as it is, and that nothing stays
 * behind.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ATTACH, attachedAs, classesOf, queuesOf } from "../rig/expected.ts";
import { ends, entriesOf, isFreed, kept, named, pinsOf, settled } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";
import type { JsonObject } from "../rig/cni.ts";

const ARGS = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1";

/** Changes the scene's limit by hand. */
async function limit(scene: Scene, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await scene.tool("limit", scene.pod.containerId, ...args);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return stdout;
}

/** Asserts that CHECK finds the pod held to what these annotations say. */
async function assertHeldTo(scene: Scene, attach: string, values: JsonObject): Promise<void> {
  const { code, stdout } = await scene.call("CHECK", { conf: { attach, ...annotated(values) } });
  assertEquals([code, stdout], [0, ""]);
}

for (const attach of ATTACH) {
  Deno.test(`limit with ${attach} holds to another rate, and leaves the other direction alone`, async () => {
    await using scene = await Scene.create();
    const bare = await ends(scene);
    await scene.call("ADD", { conf: { attach } });
    const before = await ends(scene);
    const told = await limit(scene, "--ingress", "20M");
    assertMatch(told, /^ingress +was +10Mbit\/s, burst 50000 bytes/m);
    assertMatch(told, /^ +is +20Mbit\/s, burst 100000 bytes/m);
    const after = await ends(scene);
    assertEquals(classesOf(after.host)[0], "6e61:1 root rate 20Mbit ceil 20Mbit");
    assertEquals(classesOf(after.host).length, classesOf(before.host).length);
    assertEquals(named(after.host.egress), [attachedAs(attach, "natra_shape")]);
    assert(after.host.egress[0]?.id !== before.host.egress[0]?.id);
    assertEquals([after.pod, after.host.ingress], [before.pod, before.host.ingress]);
    assert(await isFreed(before.host.egress[0]?.id ?? 0), "the old program is still there");
    await assertHeldTo(scene, attach, annotations("20M", "10M"));

    await scene.call("DEL", { conf: { attach } });
    assertEquals(await settled(scene), bare);
    assertEquals(await kept(scene.pod.containerId), []);
  });

  Deno.test(`limit with ${attach} takes a direction off and puts it on, until nothing is left`, async () => {
    await using scene = await Scene.create();
    const bare = await ends(scene);
    await scene.call("ADD", { conf: { attach } });
    await limit(scene, "--egress", "off");
    const { host, pod } = await settled(scene, 1);
    assertEquals([host.ingress, pod.egress, pod.classes, queuesOf(pod)], [[], [], [], queuesOf(bare.pod)]);
    assertEquals(pod.gsoMaxSize, bare.pod.gsoMaxSize);
    await assertHeldTo(scene, attach, annotations("10M", null));
    await limit(scene, "--egress", "5M");
    await assertHeldTo(scene, attach, annotations("10M", "5M"));
    assertMatch(await limit(scene, "--ingress", "off", "--egress", "off"), /^ +is +no limit$/m);
    assertEquals(await settled(scene), bare);
    assertEquals(await kept(scene.pod.containerId), []);
    assertEquals((await scene.call("DEL", { conf: { attach } })).stdout, "");
  });
}

for (const attach of [...ATTACH, "podside", "clsact-podside"]) {
  Deno.test(`limit with ${attach} turns every knob of a running pod, and turns it back`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach } });
    const first = await ends(scene);
    for (
      const [args, json] of [
        [["--width", "2048"], { cms: { width: 2048 } }],
        [["--width", "1024", "--depth", "2"], { cms: { depth: 2 } }],
        [["--depth", "4", "--mice", "free"], { mice: "free" }],
        [["--mice", "charged", "--bucket", "flow"], { bucket: "flow" }],
        [["--bucket", "pod", "--pacer", "police"], { pacer: "police" }],
        [["--pacer", "auto", "--burst", "5M"], { burst: "5M" }],
        [["--ingress", "100M", "--egress", "100M"], { rate: "100M" }],
        [["--ingress", "10M", "--egress", "10M", "--threshold", "64k"], {
          cms: { heavyHitterThreshold: "64k" },
        }],
        [["--ingress", '{"rate":"10M"}', "--egress", '{"rate":"10M"}'], {}],
      ] as const
    ) {
      await limit(scene, ...args);
      const text = JSON.stringify({ rate: "10M", ...json });
      await assertHeldTo(scene, attach, annotations(text, text, "natra.io"));
    }
    const last = await settled(scene, 3);
    for (const end of ["host", "pod"] as const) {
      // The class of free mice stays, with what its queue counted.
      const classes = classesOf(last[end]).filter((line) => !line.startsWith("6e61:5 "));
      assertEquals(classes, classesOf(first[end]));
      assertEquals(named(last[end].egress), named(first[end].egress));
      assertEquals(named(last[end].ingress), named(first[end].ingress));
    }
    assertEquals(await entriesOf(`${pinsOf(scene)}/ingress/sketch`), 4096);
    const { stdout } = await scene.tool("reconcile", "--dry-run");
    assertEquals(stdout.includes(scene.pod.containerId), false, stdout);
    await scene.call("DEL", { conf: { attach } });
    assertEquals((await settled(scene)).host.classes, []);
    assertEquals(await kept(scene.pod.containerId), []);
  });
}

Deno.test("limit finds a held pod by its name, and repairs what is missing of a direction", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  await scene.pod.pod.run(["tc", "qdisc", "del", "dev", "eth0", "root"]);
  for (const name of ["shop/web-1", "web-1"]) {
    const { code, stdout } = await scene.tool("limit", name, "--egress", "10M", "-o", "json");
    assertEquals(code, 0);
    const told = JSON.parse(stdout) as { containerId: string; egress: { now: { rate: number } } };
    assertEquals([told.containerId, told.egress.now.rate], [scene.pod.containerId, 10_000_000]);
  }
  await assertHeldTo(scene, "auto", annotations("10M", "10M"));
});

Deno.test("limit refuses what it cannot use, names it, and changes nothing", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const before = await ends(scene);
  const id = scene.pod.containerId;
  for (
    const [args, wrong] of [
      [[id], /Nothing to change/],
      [[id, "--ingress", "fast"], /Bad value "fast" for --ingress/],
      [[id, "--ingress=-1"], /Bad value "-1" for --ingress/],
      [[id, "--ingress", '{"rate":"10M","cms":{"widht":2}}'], /"cms.widht"/],
      [[id, "--burst", "much"], /Bad value "much" for --burst/],
      [[id, "--bucket", "pail"], /Bad value "pail" for --bucket/],
      [[id, "--ingress", '{"burst":"1M"}', "--egress", "1M"], /--ingress/],
      [["no-such-pod", "--ingress", "1M"], /Cannot find a running pod "no-such-pod"/],
      [[id, "--ifname", "eth7", "--ingress", "1M"], /with interface "eth7"/],
      [[id, "other", "--ingress", "1M"], /"other"/],
      [["--ingress", "1M"], /needs a POD/],
    ] as const
  ) {
    const { code, stdout, stderr } = await scene.tool("limit", ...args);
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, wrong);
  }
  assertEquals(await ends(scene), before);
});
