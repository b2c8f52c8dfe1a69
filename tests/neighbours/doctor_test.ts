/**
 * What else the doctor finds: pods that change their own interface, what is left of dead ones, and lists
 * without natra.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ends, kept, pinsOf, recordOf, settled } from "../rig/observed.ts";
import { programs } from "../rig/programs.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";
import { POD_INTERFACE } from "../rig/pod.ts";
import { run } from "../rig/run.ts";
import { diagnose } from "./diagnosis.ts";

for (const attach of ["tcx", "clsact", "podside", "clsact-podside"]) {
  Deno.test(`the doctor finds nothing wrong with a pod held by ${attach}, and changes nothing`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach } });
    const before = [await ends(scene), await kept(scene.pod.containerId)];
    const record = await Deno.readTextFile(recordOf(scene));
    const { code, trouble, notices, ingress, egress } = await diagnose(scene);
    assertEquals([code, trouble, notices], [0, [], []]);
    assertEquals([ingress, egress], ["counted", "counted"]);
    assertEquals([await ends(scene), await kept(scene.pod.containerId)], before);
    assertEquals(await Deno.readTextFile(recordOf(scene)), record);
  });
}

Deno.test("the doctor proves nothing without traffic, and does not watch when told so", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const { code, stdout } = await scene.tool("doctor", scene.pod.containerId, "--watch-seconds", "0.2");
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /1 limited pod: 0 trouble, \d notices?\.\nWatched 2 directions for 0\.2 s: .* 2 had too little traffic to prove/,
  );
  const { ingress, egress } = await diagnose(scene, 0);
  assertEquals([ingress, egress], ["unknown", "unknown"]);
});

/** What a pod with NET_ADMIN may do to itself, and what the doctor calls it. */
const TAMPERING: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["deletes its queue", "auto", ["tc", "qdisc", "del", "dev", "eth0", "root"], ["queue-replaced egress"]],
  [
    "puts another queue in its place",
    "auto",
    ["tc", "qdisc", "replace", "dev", "eth0", "root", "pfifo"],
    ["queue-replaced egress"],
  ],
  [
    "gives a class of its queue another rate",
    "auto",
    "tc class change dev eth0 parent 6e61: classid 6e61:1 htb rate 1gbit ceil 1gbit".split(" "),
    ["queue-changed egress"],
  ],
  [
    "lets larger GSO packets be made",
    "auto",
    ["ip", "link", "set", "eth0", "gso_max_size", "65536"],
    ["gso-changed egress"],
  ],
  [
    "deletes its clsact",
    "clsact",
    ["tc", "qdisc", "del", "dev", "eth0", "clsact"],
    ["program-gone egress", "uncounted egress"],
  ],
  [
    "deletes its ifb's queue",
    "podside",
    ["sh", "-c", "tc qdisc del dev $(basename /sys/class/net/natra-*) root"],
    ["queue-changed ingress"],
  ],
];

for (const [what, attach, argv, ids] of TAMPERING) {
  Deno.test(`the doctor finds that a pod ${what}`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach } });
    // In /sys of the pod's own namespace, as a pod has it.
    await scene.pod.pod.run([
      "unshare",
      "--mount",
      "sh",
      "-euc",
      'mount -t sysfs sysfs /sys; exec "$@"',
      "sh",
      ...argv,
    ]);
    assertEquals((await diagnose(scene)).trouble, ids);
  });
}

Deno.test("the doctor finds that a pod deleted the ifb that its ingress was queued on", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: { attach: "podside" } });
  const shown = JSON.parse(await scene.pod.pod.run(["ip", "-j", "link", "show"])) as { ifname: string }[];
  const ifb = shown.find(({ ifname }) => ifname.startsWith("natra-"))?.ifname ?? "";
  await scene.pod.pod.run(["ip", "link", "del", ifb]);
  const { trouble } = await diagnose(scene, 0);
  assert(trouble.includes("ifb-gone ingress"), trouble.join());
});

Deno.test("the doctor finds that the guard drops what a pod without its queue sends", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: annotated(annotations(null, "1M")) });
  const { flood } = await programs();
  await scene.pod.pod.run(["tc", "qdisc", "del", "dev", POD_INTERFACE, "root"]);
  const sent = scene.pod.pod.run([flood, POD_INTERFACE, "tuples", "10000000", "3"]);
  const { trouble } = await diagnose(scene);
  await sent;
  assertEquals(trouble, ["guard-drops egress", "queue-replaced egress"]);
});

Deno.test("the doctor finds a program whose pin is gone, and maps that nobody can read", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await run(["rm", `${pinsOf(scene)}/ingress/shape`, `${pinsOf(scene)}/egress/sketch`]);
  await settled(scene, 2); // the program goes a moment after its pin
  const { trouble, text } = await diagnose(scene);
  assertEquals(trouble, ["pin-gone egress", "program-gone ingress", "uncounted ingress"]);
  assertStringIncludes(text, `the map "${pinsOf(scene)}/egress/sketch" is missing`);
});

/** All that the doctor says of a node. */
async function nodeFindings(
  scene: Scene,
  ...args: string[]
): Promise<{ id: string; what: string; pod: unknown }[]> {
  const { stdout } = await scene.tool("doctor", "--watch-seconds", "0", "-o", "json", ...args);
  return (JSON.parse(stdout) as { findings: { id: string; what: string; pod: unknown }[] }).findings;
}

Deno.test("the doctor tells what is left of a pod that is gone, and of a call that was killed", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const text = await Deno.readTextFile(recordOf(scene));
  const rewrite = (change: Readonly<Record<string, unknown>>): Promise<void> =>
    Deno.writeTextFile(recordOf(scene), JSON.stringify({ ...JSON.parse(text), ...change }));

  await rewrite({ complete: false, created: "2026-01-01T00:00:00.000Z" });
  assertEquals((await diagnose(scene, 0)).trouble, ["cut-short"]);
  await rewrite({ complete: false, created: new Date().toISOString() });
  const { trouble, notices } = await diagnose(scene, 0);
  assertEquals([trouble, notices], [[], ["cut-short"]]);
  await rewrite({ netnsId: "0:1" });
  assertEquals((await diagnose(scene, 0)).trouble, ["dead-record"]);
  await rewrite({});
  assertEquals((await diagnose(scene, 0)).trouble, []);

  await Deno.remove(recordOf(scene));
  const ofPins = async (): Promise<string[]> =>
    (await nodeFindings(scene)).filter(({ what }) => what.includes(pinsOf(scene))).map(({ id }) => id);
  assertEquals(await ofPins(), []); // an ADD may be about to write it
  await run(["touch", "-d", "1 hour ago", pinsOf(scene)]);
  assertEquals(await ofPins(), ["orphaned-pins"]);
  await Deno.writeTextFile(recordOf(scene), text);
});

Deno.test("the doctor judges the node's list, and finds Cilium's bandwidth manager", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const lists = `${scene.directory}/net.d`;
  await Deno.mkdir(lists);
  const list = { name: "net", plugins: [{ type: "ptp" }, { type: "bandwidth" }] };
  await Deno.writeTextFile(`${lists}/10-net.conflist`, JSON.stringify(list));
  const ids = async (): Promise<string[]> =>
    (await nodeFindings(scene, "--conf-dir", lists)).filter(({ pod }) => pod === null).map(({ id }) => id);
  assert((await ids()).includes("not-in-list"));
  assert(!(await ids()).includes("two-limiters"));

  const globals = "/sys/fs/bpf/tc/globals";
  const throttle = `${globals}/cilium_throttle`;
  await Deno.mkdir(globals, { recursive: true });
  const map = ["type", "array", "key", "4", "value", "4", "entries", "1", "name", "cilium_throttle"];
  await run(["bpftool", "map", "create", throttle, ...map]);
  try {
    assert((await ids()).includes("two-limiters"));
  } finally {
    await Deno.remove(throttle);
    await run(["rmdir", "-p", "--ignore-fail-on-non-empty", globals]).catch(() => {}); // bpffs itself stays
  }
});

Deno.test("the doctor tells people what it is, why it matters and what to do", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1" } });
  await scene.pod.pod.run(["ip", "link", "set", POD_INTERFACE, "gso_max_size", "65536"]);
  const { code, stdout } = await scene.tool("doctor", scene.pod.containerId, "--watch-seconds", "0");
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /^TROUBLE {2}shop\/web-1 eth0 egress: gso-changed\n {2}what {2}.+\n {2}why {3}.+\n {2}do {4}.+$/m,
  );
  assertEquals((await scene.tool("doctor", "--watch-seconds", "601")).code, 2);
});
