/** CHECK finds what is wrong, whatever it is, and repairs nothing. */
import { assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../rig/cni.ts";
import { HOST_VETH, POD_INTERFACE } from "../rig/pod.ts";
import { run } from "../rig/run.ts";
import { ATTACH, type Attach } from "../rig/expected.ts";
import { ends, kept, pinsOf, recordOf } from "../rig/observed.ts";
import { programs } from "../rig/programs.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";

const CHECK_FAILED = 100;

interface Damage {
  readonly name: string;
  /** Default: both. */
  readonly attach?: Attach;
  do(scene: Scene): Promise<unknown>;
  readonly finding: RegExp;
}

const onNode = (command: string) => (scene: Scene): Promise<unknown> =>
  scene.pod.node.run(command.split(" "));
const inPod = (command: string) => (scene: Scene): Promise<unknown> => scene.pod.pod.run(command.split(" "));

const DAMAGES: readonly Damage[] = [
  {
    name: "a link's pin is gone",
    attach: "tcx",
    do: (scene) => Deno.remove(`${pinsOf(scene)}/ingress/shape`),
    finding: /ingress: the egress link ".*\/ingress\/shape" is missing/,
  },
  {
    name: "the guard is gone",
    attach: "tcx",
    do: (scene) => Deno.remove(`${pinsOf(scene)}/egress/guard`),
    finding: /egress: the ingress link ".*\/egress\/guard" is missing/,
  },
  {
    name: "a map's pin is gone",
    do: (scene) => Deno.remove(`${pinsOf(scene)}/egress/work`),
    finding: /egress: the map ".*\/egress\/work" is missing/,
  },
  {
    name: "the node's filter is gone",
    attach: "clsact",
    do: onNode(`tc filter del dev ${HOST_VETH} egress pref 1`),
    finding: /ingress: the egress filter of interface \d+ is missing/,
  },
  {
    name: "the guard's filter is gone",
    attach: "clsact",
    do: onNode(`tc filter del dev ${HOST_VETH} ingress pref 1`),
    finding: /egress: the ingress filter of interface \d+ is missing/,
  },
  {
    name: "the pod deleted its clsact",
    attach: "clsact",
    do: inPod(`tc qdisc del dev ${POD_INTERFACE} clsact`),
    finding: /egress: the egress filter of interface \d+ is missing/,
  },
  {
    name: "the pod deleted its queue",
    do: inPod(`tc qdisc del dev ${POD_INTERFACE} root`),
    finding: /egress: the root queue of "eth0" is noqueue 0:, not natra's htb 6e61:/,
  },
  {
    name: "the node's queue was replaced",
    do: onNode(`tc qdisc replace dev ${HOST_VETH} root handle 1: tbf rate 1gbit burst 100k latency 50ms`),
    finding: /ingress: the root queue of "veth0" is tbf 1:, not natra's htb 6e61:/,
  },
  {
    name: "the pod raised its ceiling",
    do: inPod(`tc class change dev ${POD_INTERFACE} parent 6e61: classid 6e61:1 htb rate 10mbit ceil 1gbit`),
    finding: /egress: class 6e61:1 of "eth0" has 1000000000 bit\/s, not 10000000/,
  },
  {
    name: "the pod raised its guaranteed rate",
    do: inPod(`tc class change dev ${POD_INTERFACE} parent 6e61: classid 6e61:1 htb rate 1gbit ceil 10mbit`),
    finding: /egress: class 6e61:1 of "eth0" has 1000000000 bit\/s, not 10000000/,
  },
  {
    name: "the heavy flows' class is gone",
    do: inPod(`tc class del dev ${POD_INTERFACE} classid 6e61:4`),
    finding: /egress: class 6e61:4 of "eth0" is missing/,
  },
  {
    name: "the light flows' class may send more",
    do: inPod(
      `tc class change dev ${POD_INTERFACE} parent 6e61:1 classid 6e61:3 htb prio 0 rate 90mbit ceil 20mbit`,
    ),
    finding: /egress: class 6e61:3 of "eth0" has 90000000 bit\/s, not 9000000/,
  },
  {
    name: "the light flows' queue was replaced",
    do: inPod(`tc qdisc replace dev ${POD_INTERFACE} parent 6e61:3 handle 77: pfifo limit 10`),
    finding: /egress: class 6e61:3 of "eth0" queues in pfifo 77:, not natra's bfifo/,
  },
  {
    name: "the heavy flows' queue was replaced",
    do: onNode(`tc qdisc replace dev ${HOST_VETH} parent 6e6a:1 handle 77: pfifo limit 1000`),
    finding: /ingress: class 6e61:4 of "veth0" queues in pfifo 77:, not natra's fq_codel or bfifo/,
  },
  {
    name: "a foreign program took the filter's place",
    attach: "clsact",
    do: async (scene) => {
      const { counter } = await programs();
      await onNode(
        `tc filter replace dev ${HOST_VETH} egress prio 1 handle 0x6e61 protocol all bpf da obj ${counter} sec tc`,
      )(scene);
    },
    finding: /ingress: the egress filter of interface \d+ runs program \d+, not the pinned program \d+/,
  },
  {
    name: "the record is gone",
    do: (scene) => Deno.remove(recordOf(scene)),
    finding: /no limit is in force: it has no record/,
  },
];

for (const attach of ATTACH) {
  for (const damage of DAMAGES.filter((one) => (one.attach ?? attach) === attach)) {
    Deno.test(`CHECK with ${attach} finds that ${damage.name}, and repairs nothing`, async () => {
      await using scene = await Scene.create();
      const conf = { attach };
      await scene.call("ADD", { conf });
      assertEquals((await scene.call("CHECK", { conf })).code, 0);
      await damage.do(scene);
      const before = await all(scene);

      const { code, answer } = await scene.call("CHECK", { conf });
      const { details, ...rest } = answer as { details: string };
      assertEquals<unknown>([code, rest], [1, {
        cniVersion: "1.0.0",
        code: CHECK_FAILED,
        msg: "The pod is not held to its limit",
      }]);
      assertMatch(details, damage.finding);
      assertEquals(await all(scene), before);
    });
  }
}

/** All that CHECK could repair. */
async function all(scene: Scene): Promise<unknown> {
  return [await ends(scene), await kept(scene.pod.containerId)];
}

Deno.test("CHECK finds that the interface is gone", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await scene.pod.node.run(["ip", "link", "del", HOST_VETH]);
  const { code, stdout } = await scene.call("CHECK");
  assertEquals(code, 1);
  assertMatch(stdout, /"code":100,.*interface \\"eth0\\"/);
});

Deno.test("CHECK finds that the interface is another one of the same name", async () => {
  await using scene = await Scene.create();
  const { node, pod } = scene.pod;
  await scene.call("ADD");
  await node.run(["ip", "link", "del", HOST_VETH]);
  await node.run(["ip", "link", "add", HOST_VETH, "type", "veth", "peer", POD_INTERFACE, "netns", pod.name]);
  const { code, stdout } = await scene.call("CHECK");
  assertEquals(code, 1);
  assertMatch(stdout, /"code":100,.*has been replaced/);
});

Deno.test("CHECK finds that the namespace is gone", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  await run(["ip", "netns", "del", scene.pod.pod.name]);
  const { code, stdout } = await scene.call("CHECK");
  assertEquals(code, 1);
  assertMatch(stdout, /"code":100,.*network namespace .* has been replaced/);
});

Deno.test("CHECK finds nothing right after ADD, whatever the limit", async (t) => {
  await using scene = await Scene.create();
  for (const limit of ["1k", "1M", "5G", "100G", '{"rate":"10M","mice":"free","burst":"5M"}']) {
    await t.step(limit, async () => {
      const conf = annotated(annotations(limit, limit, "natra.io"));
      await scene.call("ADD", { conf });
      const { code, stdout } = await scene.call("CHECK", { conf });
      assertEquals([code, stdout], [0, ""]);
    });
  }
});

/** A pod that is held to 10M both ways asks for something else now. */
const CHANGES: readonly (readonly [string, JsonObject, RegExp])[] = [
  ["another rate", annotations("20M", "10M"), /ingress is held to 10000000 bit\/s, not 20000000/],
  ["no limit any more", {}, /ingress is held without a limit; egress is held/],
  ["one direction only", annotations(null, "10M"), /^ingress is held without a limit$/],
  ["another burst", annotations('{"rate":"10M","burst":"1M"}', "10M"), /ingress.*burst/],
  ["free mice", annotations('{"rate":"10M","mice":"free"}', "10M"), /ingress.*mice/],
  ["another bucket", annotations("10M", '{"rate":"10M","bucket":"flow"}'), /egress.*bucket/],
  ["another pacer", annotations("10M", '{"rate":"10M","pacer":"police"}'), /egress.*pacer/],
  ["another sketch", annotations("10M", '{"rate":"10M","cms":{"width":512}}'), /egress.*width/],
];

Deno.test("CHECK finds that the pod asks for something else, and changes nothing", async (t) => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const before = await all(scene);
  for (const [what, changed, finding] of CHANGES) {
    await t.step(what, async () => {
      const { code, answer } = await scene.call("CHECK", { conf: annotated(changed) });
      const { details, ...rest } = answer as { code: number; details: string };
      assertEquals([code, rest.code], [1, CHECK_FAILED]);
      assertMatch(details, finding);
    });
  }
  assertEquals(await all(scene), before);
});

Deno.test("CHECK of a pod without a limit finds nothing", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: annotated({}) });
  const { code, stdout, stderr } = await scene.call("CHECK", { conf: annotated({}) });
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("CHECK finds that a pod that asks for a limit never got one", async () => {
  await using scene = await Scene.create();
  const { code, stdout } = await scene.call("CHECK");
  assertEquals(code, 1);
  assertMatch(stdout, /no limit is in force/);
});
