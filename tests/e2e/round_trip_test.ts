/** ADD, CHECK and DEL of one pod: what is where, and that nothing of it stays. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertQueues10M, ATTACH, attachedAs, hasClsact } from "../rig/expected.ts";
import { ends, entriesOf, isFreed, kept, modeOf, named, pinsOf, recordOf, settled } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";

for (const attach of ATTACH) {
  Deno.test(`ADD with ${attach} puts programs and queues in their places, and DEL removes all of it`, async () => {
    await using scene = await Scene.create();
    const before = await ends(scene);

    const add = await scene.call("ADD", { conf: { attach } });
    assertEquals([add.code, add.answer], [0, scene.pod.prevResult]);
    const { host, pod } = await ends(scene);
    assertEquals(named(host.egress), [attachedAs(attach, "natra_shape")]);
    assertEquals(named(host.ingress), [attachedAs(attach, "natra_guard")]);
    assertEquals(named(pod.egress), [attachedAs(attach, "natra_shape")]);
    assertEquals(named(pod.ingress), []);
    for (const device of [host, pod]) {
      assertEquals(hasClsact(device), attach === "clsact");
      assertQueues10M(device);
    }
    assertEquals([host.gsoMaxSize, pod.gsoMaxSize], [before.host.gsoMaxSize, 8192]);

    assertEquals(await scene.call("CHECK", { conf: { attach } }), {
      code: 0,
      stdout: "",
      stderr: "",
      answer: undefined,
    });

    const del = await scene.call("DEL", { conf: { attach } });
    assertEquals([del.code, del.stdout], [0, ""]);
    assertEquals(await settled(scene), before);
    assertEquals(await kept(scene.pod.containerId), []);
    for (const { id } of [...host.egress, ...host.ingress, ...pod.egress]) {
      assert(await isFreed(id), `program ${id} is still loaded`);
    }
  });
}

Deno.test("ADD keeps pins and the record for root alone", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const pins = pinsOf(scene);
  for (
    const directory of [
      "/sys/fs/bpf/natra",
      pins.replace(/\/[^/]*$/, ""),
      pins,
      `${pins}/ingress`,
      `${pins}/egress`,
    ]
  ) {
    assertEquals(await modeOf(directory), "700", directory);
  }
  for (const direction of ["ingress", "egress"]) {
    const names = await Array.fromAsync(Deno.readDir(`${pins}/${direction}`), ({ name }) => name);
    assertEquals(names.sort(), [
      "flows",
      ...(direction === "egress" ? ["guard"] : []),
      "knobs",
      "shape",
      "sketch",
      "state",
      "work",
    ]);
    assertEquals(await entriesOf(`${pins}/${direction}/sketch`), 4096);
    assertEquals(await entriesOf(`${pins}/${direction}/flows`), 128);
  }
  assertEquals(await modeOf("/run/natra"), "700");
  assertEquals(await modeOf(recordOf(scene)), "600");
});

Deno.test("ADD limits only what the pod receives where only that is asked for", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD", { conf: annotated(annotations("10M", null)) });
  const { host, pod } = await ends(scene);
  assertEquals(named(host.egress), ["tcx natra_shape"]);
  assertEquals(named(host.ingress), []);
  assertQueues10M(host);
  assertEquals(pod, before.pod);
});

Deno.test("ADD limits only what the pod sends where only that is asked for", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD", { conf: annotated(annotations(null, "10M")) });
  const { host, pod } = await ends(scene);
  assertEquals(named(pod.egress), ["tcx natra_shape"]);
  assertQueues10M(pod);
  assertEquals(named(host.ingress), ["tcx natra_guard"]);
  assertEquals(named(host.egress), []);
  assertEquals(host.qdiscs, before.host.qdiscs);
});

Deno.test("ADD without a limit touches and logs nothing", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  const add = await scene.call("ADD", { conf: annotated({ "example.com/other": "10M" }) });
  assertEquals([add.code, add.answer, add.stderr], [0, scene.pod.prevResult, ""]);
  assertEquals(await ends(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
  assertEquals(await scene.log(), []);
});

Deno.test("ADD logs the limit and each choice with its reason", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: "IgnoreUnknown=1;K8S_POD_NAME=web;K8S_POD_NAMESPACE=shop" } });
  const [line, ...more] = await scene.log();
  assertEquals([line?.level, line?.msg, more], ["info", "pod is limited", []]);
  assertMatch(line?.text ?? "", /"namespace":"shop","name":"web"/);
  assertMatch(line?.text ?? "", /"what":"attach","choice":"tcx","why":"this kernel has tcx"/);
  assertMatch(line?.text ?? "", /"rate":"10000000"/);
});
