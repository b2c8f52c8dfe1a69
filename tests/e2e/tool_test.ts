/** The node's tool: what `status` shows of a pod, and `debug` by hand. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { Meter, slotNow } from "../rig/meter.ts";
import { CLIENT_INTERFACE, POD_INTERFACE } from "../rig/pod.ts";
import { outcomeOf, run } from "../rig/run.ts";
import { prepareTools } from "../rig/tools.ts";
import { assertQueues10M } from "../rig/expected.ts";
import { sendDatagrams } from "../rig/neighbour.ts";
import { ends, kept, named, pinsOf, settled } from "../rig/observed.ts";
import { Scene } from "../rig/scene.ts";

const ARGS = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1";

interface Row {
  readonly pod: string;
  readonly direction: "ingress" | "egress";
  readonly rate: number;
  readonly attach: string;
  readonly pacer: string;
  readonly packets: number;
  readonly bytes: number;
  readonly drops: number;
}

async function rowsOf(scene: Scene): Promise<Row[]> {
  const { code, stdout, stderr } = await scene.tool("status", scene.pod.containerId, "-o", "json");
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout) as Row[];
}

Deno.test("status counts what the meters at the receivers count", async () => {
  await using scene = await Scene.create();
  const { pod, client, addresses } = scene.pod;
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  const tools = await prepareTools({ directory: new URL("../../build/rig", import.meta.url).pathname });
  const meters = {
    ingress: await Meter.attach(tools, pod, POD_INTERFACE),
    egress: await Meter.attach(tools, client, CLIENT_INTERFACE),
  };
  const before = await rowsOf(scene);
  const from = slotNow();
  await sendDatagrams(client, addresses.pod.v4, 400, 1400);
  await sendDatagrams(pod, addresses.client.v4, 300, 1400);
  await run(["sleep", "1"]); // until the last of them has left its queue
  const after = await rowsOf(scene);
  assertEquals(after.map(({ pod, direction, rate }) => [pod, direction, rate]), [
    ["shop/web-1", "egress", 10_000_000],
    ["shop/web-1", "ingress", 10_000_000],
  ]);
  for (const [number, { direction, bytes, packets, drops }] of after.entries()) {
    const counted = bytes - (before[number]?.bytes ?? 0);
    const metered = (await meters[direction].read(from, slotNow() + 1)).reduce((sum, slot) => sum + slot, 0);
    assertEquals(drops, 0);
    assertGreater(packets, direction === "ingress" ? 399 : 299);
    assertAlmostEquals(counted, metered, metered * 0.02, direction);
  }
});

Deno.test("status shows the pod, its limit and its choices in a table", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS }, conf: { attach: "clsact" } });
  const { code, stdout, stderr } = await scene.tool("status", scene.pod.containerId, "-v");
  assertEquals([code, stderr], [0, ""]);
  for (const direction of ["ingress", "egress"]) {
    assertMatch(stdout, new RegExp(`shop/web-1 +eth0 +${direction} +10M +50 kB +clsact +htb `));
  }
  assertMatch(stdout, /host interface: veth0 \(the peer of "eth0", index \d+\)/);
});

Deno.test("status exits with 1 when a pod's programs are gone", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await run(["rm", "-r", pinsOf(scene)]);
  const { code, stdout } = await scene.tool("status", scene.pod.containerId);
  assertEquals(code, 1);
  assertMatch(stdout, / gone /);
});

Deno.test("status shows a pod although another one's record is spoiled", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  for (const text of ["", "{", "[]", "null", '{"version":1}', '{"version":1,"ingress":7}']) {
    const spoiled = `/run/natra/natra-e2e-${crypto.randomUUID()}-eth0.json`;
    await Deno.writeTextFile(spoiled, text);
    try {
      assertEquals((await rowsOf(scene)).length, 2, text);
    } finally {
      await Deno.remove(spoiled);
    }
  }
});

const LIMITS = ["--ingress", "10M", "--egress", "10M"];

Deno.test("debug add --dry-run tells every choice and changes nothing", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  const id = ["--container-id", scene.pod.containerId];
  const { code, stdout } = await scene.tool(
    "debug",
    "add",
    "--netns",
    scene.pod.pod.path,
    ...LIMITS,
    ...id,
    "--dry-run",
  );
  assertEquals(code, 0);
  assertMatch(stdout, /^host interface: veth0 /m);
  assertMatch(stdout, /^attach: tcx \(this kernel has tcx\)$/m);
  assertMatch(stdout, /^ingress pacer: htb, else police /m);
  assertMatch(stdout, /^nothing was changed$/m);
  assertEquals(await ends(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
});

for (const attach of ["tcx", "clsact"]) {
  Deno.test(`debug add, check and del walk a limit with ${attach}`, async () => {
    await using scene = await Scene.create();
    const before = await ends(scene);
    const debug = (verb: string, ...args: string[]): Promise<[number, string]> =>
      scene.tool("debug", verb, "--netns", scene.pod.pod.path, ...args)
        .then(({ code, stdout, stderr }) => [code, stdout + stderr]);
    const [added, told] = await debug("add", ...LIMITS, "--attach", attach);
    assertEquals(added, 0, told);
    const id = /^held, as container (\S+)$/m.exec(told)?.[1] ?? "";
    assert((await kept(id)).length > 0);
    const { host, pod } = await ends(scene);
    assertQueues10M(host);
    assertQueues10M(pod);
    assertMatch(named(host.egress).join(), new RegExp(`^${attach} .*natra_shape$`));

    assertEquals((await debug("check", ...LIMITS))[0], 0);
    const [code, found] = await debug("check", "--ingress", "20M", "--egress", "10M");
    assertEquals(code, 1);
    assertMatch(found, /^wrong: ingress is held to 10000000 bit\/s, not 20000000$/m);

    assertEquals((await debug("del"))[0], 0);
    assertEquals(await settled(scene), before);
    assertEquals(await kept(id), []);
    assertMatch((await debug("del")).join(" "), /^0 nothing to undo/);
  });
}

Deno.test("natra exits with 2 and one line on stderr after a wrong command line", async () => {
  const { NATRA } = await import("../rig/scene.ts");
  for (
    const args of [["stauts"], ["status", "--output", "xml"], ["debug", "add"], [
      "debug",
      "add",
      "--netns",
      "/x",
    ]]
  ) {
    const { code, stdout, stderr } = await outcomeOf([NATRA, ...args]);
    assertEquals(code, 2, args.join(" "));
    assertMatch(stderr, /^natra: .+\n$/);
    assertEquals(stdout.includes("held"), false);
  }
});
