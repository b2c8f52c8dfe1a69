/**
 * A pod on a network of jumbo frames: a frame is larger than what a small limit lets the stack hand out at
 * once.
 */
import { assert } from "@std/assert";
import { Elephant } from "../rig/elephant.ts";
import { pause } from "../rig/interruption.ts";
import { Meter, slotNow } from "../rig/meter.ts";
import { CLIENT_INTERFACE, HOST_VETH, POD_INTERFACE } from "../rig/pod.ts";
import { averageRate } from "../rig/series.ts";
import { HostWatch, leastWhile } from "../rig/host_load.ts";
import { prepareTools } from "../rig/tools.ts";
import { Scene } from "../rig/scene.ts";

const MTU = "9001"; // AWS
const RATE = 10_000_000;

Deno.test("natra holds a pod with jumbo frames to the cap, and lets them pass", async () => {
  const tools = await prepareTools({ directory: new URL("../../build/rig", import.meta.url).pathname });
  await using scene = await Scene.create();
  const { pod } = scene;
  for (
    const [namespace, links] of [
      [pod.node, [HOST_VETH, "client0"]],
      [pod.pod, [POD_INTERFACE]],
      [pod.client, [CLIENT_INTERFACE]],
    ] as const
  ) {
    for (const link of links) await namespace.run(["ip", "link", "set", link, "mtu", MTU]);
  }
  await scene.call("ADD");
  const meters = [
    await Meter.attach(tools, pod.pod, POD_INTERFACE),
    await Meter.attach(tools, pod.client, CLIENT_INTERFACE),
  ];
  await using toPod = await Elephant.start(pod, { direction: "ingress" }, 0, 0, 10);
  await using fromPod = await Elephant.start(pod, { direction: "egress" }, 1, 0, 10);
  const watch = new HostWatch();
  await pause(1500);
  const from = slotNow();
  await pause(3000);
  const least = leastWhile(90, watch.load());
  for (const meter of meters) {
    const percent = averageRate(await meter.read(from, slotNow())) / RATE * 100;
    assert(percent > least && percent < 105, `${percent.toFixed(1)} %`);
  }
  for (const elephant of [toPod, fromPod]) assert(!elephant.client.ended);
});
