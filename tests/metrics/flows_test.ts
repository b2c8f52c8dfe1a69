/** The heavy flows and the queues' classes, read from the kernel while real traffic passes a real pod. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { type Applied, readApplied } from "../../src/natra/datapath/record.ts";
import type { Flow } from "../../src/natra/datapath/flows.ts";
import { countHeavyFlows, isHeavyNow, readFlows, readQueues } from "../../src/natra/datapath/datapath.ts";
import { NetNs } from "../../src/net/netns.ts";
import { Scene } from "../rig/scene.ts";
import { Elephant } from "../rig/elephant.ts";
import { pause } from "../rig/interruption.ts";
import { POD_INTERFACE } from "../rig/pod.ts";

const MOST_TRIES = 100;

function appliedTo(scene: Scene): Applied {
  const applied = readApplied({ containerId: scene.pod.containerId, ifname: POD_INTERFACE });
  if (applied === null) throw new Error("The pod is not held");
  return applied;
}

/** A library that was opened stays open: the first test to call it would count as leaking it. */
const LIBRARIES = { sanitizeResources: false };

Deno.test(
  "readFlows() names the elephant, and readQueues() the class that it waits in",
  LIBRARIES,
  async () => {
    await using scene = await Scene.create();
    await scene.call("ADD");
    const applied = appliedTo(scene);
    assertEquals(readFlows(applied, "ingress"), []);
    await using _elephant = await Elephant.start(scene.pod, { direction: "ingress" }, 0, 0, 30);
    using node = new NetNs(scene.pod.node.path);
    const { client, pod } = scene.pod.addresses;
    let found: Flow | undefined;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      found = readFlows(applied, "ingress")?.find(({ bytes }) => bytes > 500_000n);
      const heavy = node.run(() => readQueues(applied)).ingress?.classes.heavy;
      if (found !== undefined && heavy !== undefined && heavy.backlog > 0) break;
      found = undefined;
      await pause(100);
    }
    if (found === undefined) {
      throw new Error(
        "No heavy flow of 500 kB whose class waits was seen within 10 s",
      );
    }
    assertEquals([found.source, found.destination, found.protocol], [client.v4, pod.v4, "tcp"]);
    assertEquals(found.destinationPort, 5201);
    assertGreater(found.heavyFor, 0n);
    assert(isHeavyNow(found));
    assertEquals(
      countHeavyFlows(applied, "ingress"),
      readFlows(applied, "ingress")?.filter(isHeavyNow).length,
    );
  },
);

Deno.test("readFlows() gives null once the pins are gone", LIBRARIES, async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const applied = appliedTo(scene);
  await scene.call("DEL");
  assertEquals([readFlows(applied, "egress"), countHeavyFlows(applied, "egress")], [null, null]);
});
