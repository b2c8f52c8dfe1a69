/** natra top and natra show, while real traffic passes a real pod. */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { annotated, Scene } from "../rig/scene.ts";
import { Elephant } from "../rig/elephant.ts";
import { HOST_VETH } from "../rig/pod.ts";
import { eventually, topOf } from "./looking.ts";

const LIMIT = 10_000_000;
const ARGS = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1";
const SECONDS = 60; // the elephants are ended before

/** Those that a socket of the namespace has, as `10.0.0.1:1234`. */
async function localEnds(scene: Scene, where: "client" | "pod"): Promise<string[]> {
  const shown = await scene.pod[where].run(["ss", "-Htnu"]);
  return shown.trim().split("\n").map((line) => line.trim().split(/\s+/)[4] ?? "");
}

Deno.test("top names each elephant by its socket's addresses and ports, and tells its share of the limit", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  await using _down = await Elephant.start(scene.pod, { direction: "ingress" }, 0, 0, SECONDS);
  await using _up = await Elephant.start(scene.pod, { direction: "egress", ipVersion: 6 }, 1, 0, SECONDS);
  const top = await eventually(
    () => topOf(scene),
    ({ flows }) => flows.filter(({ share }) => share > 0.7).length === 2,
  );
  const { client, pod } = scene.pod.addresses;
  for (
    const [direction, from, source, destination, port] of [
      ["ingress", "client", client.v4, pod.v4, 5201],
      ["egress", "pod", pod.v6, client.v6, 5202],
    ] as const
  ) {
    const flow = top.flows.find((one) => one.direction === direction && one.share > 0.7);
    if (flow === undefined) throw new Error(`There is no ${direction} flow`);
    assertEquals([flow.protocol, flow.source, flow.destination, flow.destinationPort], [
      "tcp",
      source,
      destination,
      port,
    ]);
    const written = source.includes(":") ? `[${source}]:${flow.sourcePort}` : `${source}:${flow.sourcePort}`;
    const ends = await localEnds(scene, from);
    assert(ends.includes(written), `${written} is none of ${ends.join(", ")}`);
    assertLess(flow.share, 1.5);
    assertAlmostEquals(flow.rate / LIMIT, flow.share, 0.001);
    const held = top.directions.find((one) => one.direction === direction);
    assertEquals([held?.pod, held?.limit], ["shop/web-1", LIMIT]);
    assert(
      held?.sent !== null && held !== undefined && held.sent > LIMIT / 2 && held.sent < LIMIT * 1.1,
      `${held?.sent}`,
    );
  }
});

interface Qdisc {
  readonly handle: string;
  readonly kind: string;
  readonly drops: number;
  readonly packets: number;
}

/** Packets and drops of each class's queue on the node's end. */
type ByClass = Record<string, readonly [packets: number, drops: number]>;

async function byShow(scene: Scene): Promise<ByClass> {
  const { stdout } = await scene.tool("show", scene.pod.containerId, "-o", "json");
  const [{ directions }] = JSON.parse(stdout) as [
    {
      directions: {
        direction: string;
        queues: { classes: Record<string, { drops: number; packets: number }> };
      }[];
    },
  ];
  const classes = directions.find(({ direction }) => direction === "ingress")?.queues.classes ?? {};
  return Object.fromEntries(
    Object.entries(classes).map(([name, { drops, packets }]) => [name, [packets, drops]]),
  );
}

async function byTc(scene: Scene): Promise<ByClass> {
  const shown = await scene.pod.node.run(["tc", "-j", "-s", "qdisc", "show", "dev", HOST_VETH]);
  const leaf = (handle: string): [number, number] => {
    const found = (JSON.parse(shown) as Qdisc[]).find((one) => one.handle === handle);
    return [found?.packets ?? NaN, found?.drops ?? NaN];
  };
  return { ack: leaf("6e63:"), light: leaf("6e64:"), young: leaf("6e67:"), heavy: leaf("6e65:") };
}

Deno.test("top and show count the drops of each class as tc does, where the queue drops", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  {
    const flood = { direction: "ingress", protocol: "udp", bitrate: 3 * LIMIT } as const;
    await using _flood = await Elephant.start(scene.pod, flood, 0, 0, SECONDS);
    const top = await eventually(
      () => topOf(scene),
      ({ directions }) => directions.some(({ direction, drops }) => direction === "ingress" && drops > 500),
    );
    const ingress = top.directions.find(({ direction }) => direction === "ingress");
    assertGreater(ingress?.offered ?? 0, LIMIT * 1.5);
    assertLess(ingress?.sent ?? Infinity, LIMIT * 1.1);
    assertEquals([ingress?.classes["light"]?.drops, ingress?.classes["ack"]?.drops], [0, 0]);
    await eventually(() => byShow(scene), ({ heavy }) => (heavy?.[1] ?? 0) > 0); // its queue drops, too, and not the program alone
    assertGreater(top.flows.find(({ protocol }) => protocol === "udp")?.share ?? 0, 1.5);
  }
  // What waits leaves its queue by and by: two answers are compared that nothing passed between.
  const [mine, theirs] = await eventually(
    async () => [await byShow(scene), await byTc(scene)],
    ([one, other]) => JSON.stringify(one) === JSON.stringify(other),
  );
  assertEquals(mine, theirs);
});

Deno.test("top tells a flow's own drops where the program drops, and that there is no queue", async () => {
  await using scene = await Scene.create();
  const limit = JSON.stringify({ rate: "10M", pacer: "police" });
  await scene.call("ADD", { conf: annotated({ "natra.io/ingress-bandwidth": limit }) });
  const flood = { direction: "ingress", protocol: "udp", bitrate: 3 * LIMIT } as const;
  await using _flood = await Elephant.start(scene.pod, flood, 0, 0, SECONDS);
  const { directions, flows } = await eventually(
    () => topOf(scene),
    (top) => top.flows.some(({ drops }) => drops > 100),
  );
  assertEquals([directions.length, directions[0]?.sent, directions[0]?.classes], [1, null, {}]);
  assertEquals(flows.find(({ drops }) => drops > 100)?.protocol, "udp");
});

Deno.test("top's JSON has the same keys whatever passes, and its table the same columns", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  const quiet = await topOf(scene, "--interval", "0.1");
  assertEquals([Object.keys(quiet), quiet.flows], [["seconds", "directions", "flows"], []]);
  const keys =
    "pod containerId ifname direction limit offered sent heavyShare waitingBytes drops marks classes";
  for (const direction of quiet.directions) {
    assertEquals(Object.keys(direction), keys.split(" "));
    assertEquals(Object.keys(direction.classes), ["ack", "light", "young", "heavy"]);
    for (const one of Object.values(direction.classes)) {
      assertEquals(Object.keys(one), "kind sent waitingBytes waitingPackets drops marks".split(" "));
    }
  }
  await using _down = await Elephant.start(scene.pod, { direction: "ingress" }, 0, 0, SECONDS);
  const { flows } = await eventually(() => topOf(scene, "--interval", "0.2"), (top) => top.flows.length > 0);
  assertEquals(Object.keys(flows[0] ?? {}), [
    ..."pod containerId ifname direction protocol source sourcePort destination destinationPort".split(" "),
    ..."rate share bytes heavySeconds idleSeconds drops marks".split(" "),
  ]);
  const { stdout } = await scene.tool("top", scene.pod.containerId, "--once", "--interval", "0.2");
  const heads = stdout.split("\n").filter((line) => /^(POD|RATE| +RATE)/.test(line)).map((line) =>
    line.trim().split(/ {2,}/)
  );
  assertEquals(heads, [
    "POD,INTERFACE,DIRECTION,CLASS,LIMIT b/s,OFFERED b/s,SENT b/s,HEAVY,WAITING,DROPS/s,MARKS/s".split(","),
    "RATE b/s,SHARE,HEAVY FOR,BYTES,DROPS,MARKS,PROTO,SOURCE,DESTINATION,DIRECTION,POD".split(","),
  ]);
});

Deno.test("top refuses what it cannot do, and names it", async () => {
  await using scene = await Scene.create();
  for (
    const [args, code, told] of [
      [["--sort", "size"], 2, '--sort must be one of rate, share, bytes, age, pod, not "size"'],
      [["--interval", "0"], 2, '--interval must be 0.1 to 3600 seconds, not "0"'],
      [["-o", "json"], 2, "-o json needs --once"],
      [[], 2, "stdout is not a terminal: natra top --once prints one measurement"],
      [
        ["--once", "no-such-pod"],
        1,
        'No limited pod on this node is called "no-such-pod": natra status lists them',
      ],
    ] as const
  ) {
    const outcome = await scene.tool("top", ...args);
    assertEquals([outcome.code, outcome.stdout, outcome.stderr], [code, "", `natra: ${told}\n`]);
  }
});
