import { assert, assertEquals, AssertionError, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { inNamespace, NetlinkRoom } from "../../tests/rig/netlink.ts";
import { readFeatures, setFeatures } from "./ethtool.ts";
import { commandOf, findFamily, genericRequest, listFamilies } from "./generic.ts";
import { addVeth } from "./link_settings.ts";
import { linkByName } from "./links.ts";
import { Monitor } from "./monitor.ts";
import { Netlink } from "./netlink.ts";
import { Bus } from "./socket.ts";
import { u16 } from "./values.ts";

const unable = needsRootAnd();
const UDP_GSO = "tx-udp-segmentation";

Deno.test("findFamily() finds the controller and ethtool with their groups, and null for what is not there", () => {
  using netlink = new Netlink({ bus: Bus.GENERIC });
  const controller = findFamily(netlink, "nlctrl");
  assertEquals([controller?.id, controller?.name, controller?.groups.get("notify")], [0x10, "nlctrl", 0x10]);
  const ethtool = findFamily(netlink, "ethtool");
  assertEquals([ethtool?.name, ethtool?.groups.has("monitor")], ["ethtool", true]);
  assertEquals(findFamily(netlink, "natra-none"), null);
});

Deno.test("listFamilies() lists what genl(8) lists, over as many messages as that takes", async () => {
  using netlink = new Netlink({ bus: Bus.GENERIC });
  const families = listFamilies(netlink);
  const { stdout } = await new Deno.Command("genl", { args: ["ctrl", "list"] }).output();
  const shown = [...new TextDecoder().decode(stdout).matchAll(/^Name: (\S+)\s+ID: 0x([0-9a-f]+)/gm)];
  assert(shown.length > 2);
  assertEquals(
    families.map(({ name, id }) => `${name} ${id}`).sort(),
    shown.map(([, name, id]) => `${name} ${parseInt(id ?? "", 16)}`).sort(),
  );
  for (const family of families) assertEquals(findFamily(netlink, family.name), family);
});

Deno.test("a dump that spans datagrams is whole: the policies of ethtool, in small pieces and in large ones", () => {
  const CTRL_CMD_GETPOLICY = 10; // an answer for each attribute of each command
  const CTRL_ATTR_FAMILY_ID = 1;
  const answersIn = (bufferBytes: number): { count: number; datagrams: number } => {
    using netlink = new Netlink({ bus: Bus.GENERIC });
    let datagrams = 0;
    const { receive } = netlink.socket;
    // The kernel fills a datagram to the size that the reader had room for last time.
    netlink.socket.receive = (what, buffer): Uint8Array<ArrayBuffer> => {
      datagrams++;
      return receive.call(netlink.socket, what, buffer.subarray(0, bufferBytes));
    };
    const [ethtool, controller] = ["ethtool", "nlctrl"].map((name) => findFamily(netlink, name));
    if (!ethtool || !controller) throw new AssertionError("there is no ethtool or no controller");
    const attributes = [[CTRL_ATTR_FAMILY_ID, u16(ethtool.id)]] as const;
    const request = { what: "list ethtool's policies", command: CTRL_CMD_GETPOLICY, attributes };
    const answers = netlink.dump(genericRequest(controller, request), commandOf);
    return { count: answers.length, datagrams };
  };
  const small = answersIn(4096);
  const large = answersIn(32768);
  assert(small.count > 100 && small.datagrams > large.datagrams, `${small.datagrams} and ${large.datagrams}`);
  assertEquals(small.count, large.count);
});

testIf(unable, "setFeatures() switches what ethtool(8) shows, and readFeatures() reads it back", async () => {
  await using room = await NetlinkRoom.create("ethtool");
  addVeth(room.netlink, { name: "one" }, { name: "two" });
  const index = linkByName(room.netlink, "one")?.index ?? 0;
  using generic = inNamespace(room.namespace, () => new Netlink({ bus: Bus.GENERIC }));
  const before = readFeatures(generic, index);
  assertEquals([before.active.has(UDP_GSO), before.changeable.has(UDP_GSO)], [true, true]);
  setFeatures(generic, index, { [UDP_GSO]: false, "rx-gro": true });
  const after = readFeatures(generic, index);
  assertEquals([after.active.has(UDP_GSO), after.active.has("rx-gro")], [false, true]);
  const shown = await room.namespace.run(["ethtool", "-k", "one"]);
  assertEquals(/tx-udp-segmentation: (\S+)/.exec(shown)?.[1], "off");
  assertEquals(/generic-receive-offload: (\S+)/.exec(shown)?.[1], "on");
  setFeatures(generic, index, { [UDP_GSO]: true });
  assertEquals(readFeatures(generic, index).active.has(UDP_GSO), true);
  assertThrows(() => readFeatures(generic, 4242), NativeError, "read the offloads of interface 4242: ENODEV");
  assertThrows(
    () => setFeatures(generic, index, { "no-such-feature": true }),
    NativeError,
    "no-such-feature",
  );
});

testIf(unable, "Monitor hears the groups of generic netlink", async () => {
  await using room = await NetlinkRoom.create("genl-monitor");
  addVeth(room.netlink, { name: "one" }, { name: "two" });
  const index = linkByName(room.netlink, "one")?.index ?? 0;
  using generic = inNamespace(room.namespace, () => new Netlink({ bus: Bus.GENERIC }));
  const ethtool = findFamily(generic, "ethtool");
  const groups = [ethtool?.groups.get("monitor") ?? 0];
  await using monitor = inNamespace(
    room.namespace,
    () =>
      new Monitor({ bus: Bus.GENERIC, groups }, (message) => ({
        about: "generic" as const,
        command: commandOf(message),
      })),
  );
  setFeatures(generic, index, { [UDP_GSO]: false });
  const ETHTOOL_MSG_FEATURES_NTF = 13;
  for await (const event of monitor) {
    assertEquals(event.about === "generic" && event.command, ETHTOOL_MSG_FEATURES_NTF);
    break;
  }
});
