import { assertEquals } from "@std/assert";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { Netlink } from "../net/netlink.ts";
import { NetNs } from "../net/netns.ts";
import { BYPASSES, bypassOfNode, bypassOfPlugins } from "./bypass.ts";

const unable = needsRootAnd();

Deno.test("bypassOfPlugins() knows the main CNIs whose packets bypass the veth's end by their plugins", () => {
  assertEquals(bypassOfPlugins(["cilium-cni", "portmap"])?.cni, "Cilium");
  for (const types of [[], ["calico", "portmap"], ["aws-cni"], ["ptp"], ["Cilium-CNI"]]) {
    assertEquals(bypassOfPlugins(types), null);
  }
});

for (const { cni, sign } of BYPASSES) {
  testIf(unable, `bypassOfNode() finds ${cni} while "${sign}" is there`, async () => {
    await using node = await Namespace.create("bypass");
    using netns = new NetNs(node.path);
    const netlink = netns.run(() => new Netlink());
    try {
      assertEquals(bypassOfNode(netlink), null);
      await node.run(["ip", "link", "add", sign, "type", "veth", "peer", "name", "other"]);
      assertEquals(bypassOfNode(netlink)?.cni, cni);
      await node.run(["ip", "link", "del", sign]);
      assertEquals(bypassOfNode(netlink), null);
    } finally {
      netlink[Symbol.dispose]();
    }
  });
}
