/**
 * Who says what a pod is held to: the annotations' forms, the runtime's, the configuration's, and their
 * order.
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../rig/cni.ts";
import { classesOf } from "../rig/expected.ts";
import { ends, entriesOf, kept, pinsOf } from "../rig/observed.ts";
import { annotated, annotations, type LogLine, Scene } from "../rig/scene.ts";

/** What `natra status` says of a direction, as far as it matters here. */
interface Row {
  readonly direction: string;
  readonly rate: number;
  readonly burst: number;
}

/** Rate in bits/s and burst in bytes of both directions; null where there is no limit. */
async function limitsOf(scene: Scene): Promise<unknown> {
  const { stdout } = await scene.tool("status", scene.pod.containerId, "-o", "json");
  const rows = JSON.parse(stdout) as Row[];
  const find = (wanted: string): unknown => {
    const row = rows.find(({ direction }) => direction === wanted);
    return row === undefined ? null : [row.rate, row.burst];
  };
  return [find("ingress"), find("egress")];
}

const warnings = (log: readonly LogLine[]): string[] =>
  log.filter(({ level }) => level === "warn").map(({ text }) => text);

/** 40 ms of 10M, which is what a limit has if nobody chose a burst. */
const TEN = [10_000_000, 50_000];
const NOBODY_CHOSE = 4294967295;

interface Case {
  readonly name: string;
  readonly conf: JsonObject;
  readonly limits: readonly unknown[];
}

const bandwidth = (values: JsonObject): JsonObject => ({ runtimeConfig: { bandwidth: values } });

const CASES: readonly Case[] = [
  {
    name: "plain annotations",
    conf: annotated(annotations("10M", "1Mi")),
    limits: [TEN, [1_048_576, 5_243]],
  },
  {
    name: "the JSON form under kubernetes.io",
    conf: annotated(annotations('{"rate":"10M","burst":"2M"}', '{"rate":20e6}')),
    limits: [[10_000_000, 250_000], [20_000_000, 100_000]],
  },
  {
    name: "natra.io before kubernetes.io",
    conf: annotated({ ...annotations("1G", "10M"), ...annotations("10M", null, "natra.io") }),
    limits: [TEN, TEN],
  },
  {
    name: "annotations before runtimeConfig",
    conf: {
      runtimeConfig: {
        bandwidth: { ingressRate: 1_000_000, egressRate: 10_000_000 },
        "io.kubernetes.cri.pod-annotations": annotations("10M", null),
      },
    },
    limits: [TEN, TEN],
  },
  {
    name: "runtimeConfig as containerd writes it, with the burst that nobody chose",
    conf: bandwidth({
      ...{ IngressRate: 10_000_000, IngressBurst: NOBODY_CHOSE },
      ...{ EgressRate: 10_000_000, EgressBurst: NOBODY_CHOSE },
    }),
    limits: [TEN, TEN],
  },
  {
    name: "runtimeConfig as the specification writes it, with the burst that nobody chose",
    conf: bandwidth({
      ...{ ingressRate: 10_000_000, ingressBurst: NOBODY_CHOSE },
      ...{ egressRate: 10_000_000, egressBurst: NOBODY_CHOSE },
    }),
    limits: [TEN, TEN],
  },
  {
    name: "runtimeConfig before the bandwidth plugin's keys",
    conf: {
      ...bandwidth({ ingressRate: 10_000_000 }),
      ...{ ingressRate: 1_000_000, egressRate: 10_000_000, egressBurst: 800_000 },
    },
    limits: [TEN, [10_000_000, 100_000]],
  },
  {
    name: "the bandwidth plugin's keys before the configuration's defaults",
    conf: { runtimeConfig: {}, ingressRate: 10_000_000, ingress: "1M", egress: { rate: "10M" } },
    limits: [TEN, TEN],
  },
  {
    name: "annotations that are null",
    conf: { runtimeConfig: { "io.kubernetes.cri.pod-annotations": null } },
    limits: [null, null],
  },
  {
    name: "a burst above a second's worth",
    conf: annotated(annotations('{"rate":"10M","burst":"1G"}', null)),
    limits: [[10_000_000, 1_250_000], null],
  },
];

Deno.test("ADD understands every form of a limit, and their order", async (t) => {
  await using scene = await Scene.create();
  for (const { name, conf, limits } of CASES) {
    await t.step(name, async () => {
      const { code, answer } = await scene.call("ADD", { conf });
      assertEquals([code, answer], [0, scene.pod.prevResult]);
      assertEquals(await limitsOf(scene), limits);
    });
  }
});

Deno.test("ADD gives queue and sketch the sizes that the annotation asks for", async () => {
  await using scene = await Scene.create();
  const asked = {
    rate: "10M",
    burst: "2M",
    mice: "free",
    cms: { width: 2000, depth: 2, heavyHitterThreshold: 40 },
  };
  await scene.call("ADD", { conf: annotated(annotations(JSON.stringify(asked), null, "natra.io")) });
  const { host } = await ends(scene);
  assertEquals(classesOf(host).filter((line) => !line.startsWith("6e61:5")).length, 6);
  assertMatch(
    host.classes.find((line) => line.startsWith("class htb 6e61:5 ")) ?? "",
    / rate 1Tbit ceil 1Tbit /,
  );
  assertEquals(await entriesOf(`${pinsOf(scene)}/ingress/sketch`), 2048 * 2);
  const [warning, ...more] = warnings(await scene.log());
  assertMatch(
    warning ?? "",
    /annotation natra.io\/ingress-bandwidth: cms.width.*"given":"2000","used":"2048"/,
  );
  assertEquals(more, []);
});

const MALFORMED = ["fast", "", "-1M", "10 M", '{"rate":', '["10M"]', '{"rate":{}}', "10M\n", "\ud800"];

Deno.test("ADD warns of a malformed annotation, and the pod starts without that limit", async (t) => {
  await using scene = await Scene.create();
  for (const bad of MALFORMED) {
    await t.step(JSON.stringify(bad), async () => {
      await scene.clearLog();
      const { code, answer } = await scene.call("ADD", { conf: annotated(annotations(bad, "10M")) });
      assertEquals([code, answer], [0, scene.pod.prevResult]);
      assertEquals(await limitsOf(scene), [null, TEN]);
      const [warning, ...more] = warnings(await scene.log());
      assertMatch(
        warning ?? "",
        /"msg":"bad value".*"key":"annotation kubernetes.io\/ingress-bandwidth[^"]*"/,
      );
      assertMatch(warning ?? "", /"used":"no limit"/);
      assertEquals(more, []);
    });
  }
});

Deno.test("ADD holds a pod with a malformed annotation to the configuration's default", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { conf: { ...annotated(annotations("fast", null)), ingress: "10M" } });
  assertEquals(await limitsOf(scene), [TEN, null]);
  assertMatch(
    warnings(await scene.log()).join(""),
    /"given":"\\"fast\\"","used":"10M from configuration ingress"/,
  );
});

Deno.test("ADD warns of what it cannot use of the configuration's own keys, and works all the same", async () => {
  await using scene = await Scene.create();
  const conf = {
    attach: "xdp",
    pacer: 7,
    timeout: -1,
    logLevel: "loud",
    maxSketchBytes: "huge",
    ingress: [],
  };
  const { code } = await scene.call("ADD", { conf });
  assertEquals([code, await limitsOf(scene)], [0, [TEN, TEN]]);
  const keys = warnings(await scene.log()).map((text) => (JSON.parse(text) as { key: string }).key);
  assertEquals(
    [...new Set(keys)].sort(),
    ["attach", "ingress", "logLevel", "maxSketchBytes", "pacer", "timeout"].map((key) =>
      `configuration ${key}`
    ),
  );
});

Deno.test("ADD with a malformed annotation alone touches nothing", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  await scene.call("ADD", { conf: annotated(annotations("fast", "slow")) });
  assertEquals(await ends(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
  assertEquals(warnings(await scene.log()).length, 2);
});
