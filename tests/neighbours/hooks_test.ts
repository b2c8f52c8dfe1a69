/**
 * Others' programs on the same hooks see every packet that natra passes, and are there when natra is gone.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { HOST_VETH, POD_INTERFACE } from "../rig/pod.ts";
import { hasClsact } from "../rig/expected.ts";
import { Neighbour, type NeighbourHook, type Seat, sendDatagrams } from "../rig/neighbour.ts";
import { device, ends, named, settled } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";

const COUNT = 200;

/** natra's three hooks, and which way packets must go to pass by. */
const HOOKS = ["host egress", "host ingress", "pod egress"] as const;

function hookOf({ pod }: Scene, hook: (typeof HOOKS)[number]): NeighbourHook {
  return hook === "pod egress"
    ? { namespace: pod.pod, link: POD_INTERFACE, point: "egress" }
    : { namespace: pod.node, link: HOST_VETH, point: hook === "host egress" ? "egress" : "ingress" };
}

/** Sends COUNT packets past a hook. */
async function passBy({ pod }: Scene, hook: (typeof HOOKS)[number]): Promise<void> {
  if (hook === "host egress") await sendDatagrams(pod.client, pod.addresses.pod.v4, COUNT);
  else await sendDatagrams(pod.pod, pod.addresses.client.v4, COUNT);
}

interface Case {
  readonly attach: "tcx" | "clsact";
  /** Where neighbours sit before natra comes, and after. */
  readonly before: readonly Seat[];
  readonly after: readonly Seat[];
  /** The hook's programs once all are there; n is a neighbour. */
  readonly order: readonly string[];
}

const CASES: readonly Case[] = [
  {
    attach: "tcx",
    before: [["tcx", "tail"]],
    after: [["tcx", "head"], ["tcx", "tail"]],
    order: ["tcx n", "tcx natra", "tcx n", "tcx n"],
  },
  {
    attach: "tcx",
    before: [["clsact", 1, 1]],
    after: [["clsact", 7, 0x6e61]],
    order: ["tcx natra", "clsact 1 0x1 n", "clsact 7 0x6e61 n"],
  },
  {
    attach: "clsact",
    before: [["clsact", 1, 1], ["clsact", 2, 0x6e61]],
    after: [["clsact", 1, 2]],
    order: ["clsact 1 0x2 n", "clsact 1 0x6e61 natra", "clsact 1 0x1 n", "clsact 2 0x6e61 n"],
  },
  {
    attach: "clsact",
    before: [],
    after: [["clsact", 1, 1], ["tcx", "tail"]],
    order: ["tcx n", "clsact 1 0x1 n", "clsact 1 0x6e61 natra"],
  },
];

for (const { attach, before, after, order } of CASES) {
  for (const hook of HOOKS) {
    Deno.test(`neighbours see all that ${attach} passes at ${hook}, and stay: ${order.join(", ")}`, async () => {
      await using scene = await Scene.create();
      await using owned = new AsyncDisposableStack();
      const place = hookOf(scene, hook);
      const neighbours: Neighbour[] = [];
      const join = async (seats: readonly Seat[]): Promise<void> => {
        for (const seat of seats) neighbours.push(owned.use(await Neighbour.attach(place, seat)));
      };
      await join(before);
      const add = await scene.call("ADD", { conf: { attach } });
      assertEquals(add.code, 0);
      await join(after);
      const there = named((await device(place.namespace, place.link))[place.point]);
      assertEquals(there.map((line) => line.replace(/neighbour/, "n").replace(/natra_\w+/, "natra")), order);

      await passBy(scene, hook);
      await scene.call("DEL", { conf: { attach } });
      for (const neighbour of neighbours) assert(await neighbour.isAttached());
      await passBy(scene, hook);
      for (const neighbour of neighbours) assertEquals(await neighbour.seen(), 2 * COUNT);
    });
  }
}

Deno.test("a tcx program after natra's sees what natra passes, and nothing of what it drops", async () => {
  await using scene = await Scene.create();
  const place = hookOf(scene, "host egress");
  await scene.call("ADD", {
    conf: annotated(annotations('{"rate":"1M","pacer":"police"}', null, "natra.io")),
  });
  await using first = await Neighbour.attach(place, ["tcx", "head"]);
  await using last = await Neighbour.attach(place, ["tcx", "tail"]);
  await sendDatagrams(scene.pod.client, scene.pod.addresses.pod.v4, 500, 1400);
  const { stdout } = await scene.tool("status", scene.pod.containerId, "-o", "json");
  const [{ drops }] = JSON.parse(stdout) as [{ drops: number }];
  assertEquals(await first.seen(), 500);
  const lost = 500 - await last.seen();
  assertGreater(lost, 0);
  // The neighbour counts UDP alone; address resolution may be dropped, too.
  assert(drops - lost >= 0 && drops - lost <= 5, `${drops} dropped, ${lost} of them not seen any more`);
});

Deno.test("DEL leaves a clsact that was there before, even if nothing hangs on it", async () => {
  await using scene = await Scene.create();
  await scene.pod.node.run(["tc", "qdisc", "add", "dev", HOST_VETH, "clsact"]);
  const before = await ends(scene);
  await scene.call("ADD", { conf: { attach: "clsact" } });
  await scene.call("DEL", { conf: { attach: "clsact" } });
  assertEquals(await settled(scene), before);
});

for (const point of ["ingress", "egress"] as const) {
  Deno.test(`DEL leaves the clsact that natra made while a foreign filter is on its ${point}`, async () => {
    await using scene = await Scene.create();
    const hook = { namespace: scene.pod.node, link: HOST_VETH, point };
    await scene.call("ADD", { conf: { attach: "clsact", ...annotated(annotations("10M", null)) } });
    await using neighbour = await Neighbour.attach(hook, ["clsact", 3, 1]);
    await scene.call("DEL", { conf: { attach: "clsact" } });
    const { host } = await ends(scene);
    assertEquals(named(host[point]), ["clsact 3 0x1 neighbour"]);
    assert(hasClsact(host) && await neighbour.isAttached());
  });
}
