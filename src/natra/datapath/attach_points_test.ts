import { assertEquals, assertNotEquals } from "@std/assert";
import { Namespace } from "../../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../../tests/rig/needs.ts";
import { NetNs, netnsId } from "../../net/netns.ts";
import { findVeth } from "../../pod/veth.ts";
import { findIfb, makeIfb, removeIfb } from "./ifb.ts";
import { deviceOf, directionPins, placesOf } from "./attach_points.ts";

const unable = needsRootAnd();

const key = { containerId: "c.1", ifname: "eth0" };

Deno.test("directionPins() gives each direction a directory of its own", () => {
  assertEquals(directionPins(key, "ingress"), "/sys/fs/bpf/natra/c%2e1/eth0/ingress");
  assertNotEquals(directionPins(key, "ingress"), directionPins(key, "egress"));
});

testIf(
  unable,
  "placesOf() shapes at the end that packets leave by, and guards where the pod cannot reach",
  async () => {
    await using node = await Namespace.create("places-node");
    await using pod = await Namespace.create("places-pod");
    await node.run(["ip", "link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns", pod.name]);
    using home = new NetNs(node.path);
    home.run(() => {
      using veth = findVeth(pod.path, "eth0");
      const placed = (
        direction: "ingress" | "egress",
        bucket: "pod" | "flow",
        side: "host" | "pod" = "host",
      ): unknown[] =>
        placesOf(key, direction, veth, bucket, side).map(({ program, end, hook, run }) => ({
          program,
          end,
          point: hook.point,
          pin: hook.pin.slice(directionPins(key, direction).length),
          isEnds: hook.ifindex === (end === "ifb" ? findIfb(veth) : veth[end])?.link.index,
          namespace: run(() => netnsId("/proc/thread-self/ns/net")) === netnsId(pod.path) ? "pod" : "node",
        }));
      const shape = { program: "natra_shape", point: "egress", pin: "/shape", isEnds: true };
      const guard = { program: "natra_guard", point: "ingress", pin: "/guard", isEnds: true };
      assertEquals(placed("ingress", "pod"), [{ ...shape, end: "outside", namespace: "node" }]);
      assertEquals(placed("egress", "pod"), [
        { ...shape, end: "inside", namespace: "pod" },
        { ...guard, end: "outside", namespace: "node" },
      ]);
      assertEquals(placed("egress", "flow"), [{ ...shape, end: "inside", namespace: "pod" }]);
      assertEquals(deviceOf("ingress", veth, "host"), veth.outside);
      assertEquals(deviceOf("egress", veth, "host"), veth.inside);

      const arriving = { ...shape, point: "ingress", end: "inside", namespace: "pod" };
      assertEquals(placed("ingress", "pod", "pod"), [arriving], "without an ifb ingress can only be policed");
      assertEquals(deviceOf("ingress", veth, "pod"), veth.inside);
      const ifb = makeIfb(veth);
      assertEquals(makeIfb(veth).link.index, ifb.link.index);
      assertEquals(deviceOf("ingress", veth, "pod").link.index, ifb.link.index);
      const redirect = { ...arriving, program: "natra_redirect", pin: "/redirect" };
      assertEquals(placed("ingress", "pod", "pod"), [{ ...shape, end: "ifb", namespace: "pod" }, redirect]);
      removeIfb(veth);
      removeIfb(veth);
      assertEquals(findIfb(veth), null);
    });
  },
);
