/**
 * `natra limit` of a pod that had no limit: found through the cache of libcni itself, or by asking the
 * runtime.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseCached } from "../../src/cni/libcni_cache.ts";
import { classesOf } from "../rig/expected.ts";
import { ends, kept, settled } from "../rig/observed.ts";
import { NATRA, Scene } from "../rig/scene.ts";
import type { Outcome } from "../rig/run.ts";
import { Libcni } from "./libcni.ts";

const ARGS = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1";
const LIMITS = ["--ingress", "20M", "--egress", "10M"];

Deno.test("limit finds a pod without a limit in libcni's cache, and its DEL leaves nothing", async () => {
  await using scene = await Scene.create();
  await using libcni = await Libcni.create(scene.pod);
  await libcni.call("add", ARGS);
  const [entry] = await libcni.remembered();
  assert(entry !== undefined);
  const found = parseCached(JSON.parse(entry.text));
  if (found === null) throw new Error(`Cannot read what libcni remembers: ${entry.text}`);
  assertEquals([found.netns, found.ifname, found.pod], [
    scene.pod.pod.path,
    "eth0",
    { namespace: "shop", name: "web-1" },
  ]);

  const bare = await ends(scene);
  const cache = ["--cni-cache", libcni.cache];
  for (const word of ["shop/web-1", "web-1", found.containerId.slice(0, 12)]) {
    const { code, stdout, stderr } = await scene.tool("limit", word, ...LIMITS, ...cache);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^shop\/web-1 eth0\n/);
    assertMatch(stdout, word === "shop/web-1" ? /^ingress +was +no limit/m : /^ingress +was +20Mbit/m);
  }
  const { host } = await ends(scene);
  assertEquals(classesOf(host)[0], "6e61:1 root rate 20Mbit ceil 20Mbit");

  const env = { CNI_CONTAINERID: found.containerId };
  assertEquals((await scene.call("DEL", { env })).code, 0);
  assertEquals(await settled(scene), bare);
  assertEquals(await kept(found.containerId), []);
});

Deno.test("limit names every pod that it may mean, and passes over what is no pod's file", async () => {
  await using scene = await Scene.create();
  await using libcni = await Libcni.create(scene.pod);
  await libcni.call("add", ARGS);
  const [entry] = await libcni.remembered();
  assert(entry !== undefined);
  const other = {
    ...JSON.parse(entry.text),
    containerId: "ffff1111",
    cniArgs: [["K8S_POD_NAMESPACE", "bar"], ["K8S_POD_NAME", "web-1"]],
  };
  for (
    const [name, text] of [
      ["other-net-ffff1111-eth0", JSON.stringify(other)],
      ["half", entry.text.slice(0, 100)],
      ["empty", ""],
      ["gone", JSON.stringify({ ...other, containerId: "ffff2222", netns: "/run/netns/natra-no-such" })],
    ] as const
  ) {
    await Deno.writeTextFile(`${libcni.cache}/results/${name}`, text);
  }
  const before = await ends(scene);
  const { code, stderr } = await scene.tool("limit", "web-1", ...LIMITS, "--cni-cache", libcni.cache);
  assertEquals(code, 2);
  assertMatch(stderr, /"web-1" matches more than one pod: .*shop\/web-1 \S+ eth0.*bar\/web-1 ffff1111 eth0/);
  assertEquals(await ends(scene), before);
});

/**
 * A crictl that knows one pod, as far as its answers are read; the form is that of the CRI's own definitions.
 */
function crictl(netns: string): string {
  const id = "c0ffee0123456789";
  const pods = { items: [{ id, metadata: { name: "web-1", namespace: "shop", uid: "u", attempt: 0 } }] };
  const namespaces = [{ type: "pid" }, { type: "network", path: netns }];
  const pod = { status: { id }, info: { runtimeSpec: { linux: { namespaces } } } };
  return `#!/bin/sh\ncase $1 in pods) echo '${JSON.stringify(pods)}' ;; *) echo '${
    JSON.stringify(pod)
  }' ;; esac\n`;
}

Deno.test("limit asks the runtime by crictl for a pod that libcni does not know, or says that it cannot", async () => {
  await using scene = await Scene.create();
  const bare = await ends(scene);
  const call = (path: string): Promise<Outcome> =>
    scene.pod.node.outcomeOf(
      ["env", `PATH=${path}`, NATRA, "limit", "shop/web-1", ...LIMITS, "--cni-cache", scene.directory],
    );
  const without = await call("/nowhere");
  assertEquals(without.code, 2);
  assertMatch(without.stderr, /crictl, which can query the container runtime, is not on PATH/);

  await Deno.writeTextFile(`${scene.directory}/crictl`, crictl(scene.pod.pod.path), { mode: 0o755 });
  const { code, stderr } = await call(`${scene.directory}:/bin:/usr/bin`);
  assertEquals([code, stderr], [0, ""]);
  const { host } = await ends(scene);
  assertEquals(classesOf(host)[0], "6e61:1 root rate 20Mbit ceil 20Mbit");
  await scene.call("DEL", { env: { CNI_CONTAINERID: "c0ffee0123456789" } });
  assertEquals(await settled(scene), bare);
  assertEquals(await kept("c0ffee0123456789"), []);
});
