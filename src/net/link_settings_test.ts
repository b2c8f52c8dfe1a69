import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { netlinkIn, NetlinkRoom } from "../../tests/rig/netlink.ts";
import { linkDetails, listLinks } from "./link_details.ts";
import { addAlternativeName, addBridge, addLink, addVeth, setLink, setPort } from "./link_settings.ts";
import { deleteLink } from "./links.ts";
import { NetNs } from "./netns.ts";

const unable = needsRootAnd();
const MAC = "02:00:5e:10:00:01";

/** What `ip -d -j link` shows. */
interface Shown {
  readonly ifname: string;
  readonly mtu: number;
  readonly address: string;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly ifalias?: string;
  readonly altnames?: readonly string[];
  readonly link_netnsid?: number;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    readonly info_slave_data?: Readonly<Record<string, unknown>>;
  };
}

const show = async (room: NetlinkRoom, name: string): Promise<Shown | undefined> =>
  (await room.list<Shown>(`-d link show ${name}`))[0];

testIf(unable, "addVeth() makes both ends at once, the peer in its own namespace", async () => {
  await using pod = await NetlinkRoom.create("veth-pod");
  await using node = await Namespace.create("veth-node");
  using nodeNs = new NetNs(node.path);
  using outer = netlinkIn(node);
  addVeth(
    pod.netlink,
    { name: "eth0", mac: MAC, mtu: 1400, isUp: true },
    { name: "veth0123", netns: nodeNs, mtu: 1400, group: 7 },
  );
  const inside = linkDetails(pod.netlink, "eth0");
  const outside = linkDetails(outer, "veth0123");
  assertEquals([inside?.kind, inside?.mac, inside?.mtu, inside?.isUp], ["veth", MAC, 1400, true]);
  assertEquals([outside?.kind, outside?.mtu, outside?.isUp, outside?.group], [
    "veth",
    1400,
    false,
    7,
  ]);
  assertEquals([inside?.peerIndex, outside?.peerIndex], [outside?.index, inside?.index]);
  assertNotEquals(inside?.peerNsid, undefined);
  assertEquals([(await show(pod, "eth0"))?.address, (await show(pod, "eth0"))?.linkinfo?.info_kind], [
    MAC,
    "veth",
  ]);

  const taken = { name: "veth0123", netns: nodeNs };
  const error = assertThrows(
    () => addVeth(pod.netlink, { name: "eth1" }, taken),
    NativeError,
    'add veth "eth1"',
  );
  assertEquals([error.code, linkDetails(pod.netlink, "eth1")], [Errno.EEXIST, null]);
});

testIf(
  unable,
  "addBridge(), setLink() and setPort() make a bridge with an isolated port, as ip(8) shows",
  async () => {
    await using room = await NetlinkRoom.create("bridge");
    const { netlink } = room;
    addBridge(netlink, { name: "br0", mac: MAC, isUp: true }, {
      multicastSnooping: false,
      stp: true,
    });
    addVeth(netlink, { name: "one" }, { name: "two" });
    const bridge = linkDetails(netlink, "br0")?.index ?? 0;
    const port = linkDetails(netlink, "one")?.index ?? 0;
    assertThrows(
      () => setPort(netlink, port, { isolated: true }),
      NativeError,
      "set isolated of bridge port",
    );
    setLink(netlink, port, { master: bridge, isUp: true });
    assertEquals(linkDetails(netlink, port)?.port?.isolated, false);
    setPort(netlink, port, {
      isolated: true,
      hairpin: true,
      learning: false,
      flood: false,
      suppressNeighbours: true,
    });
    assertEquals(linkDetails(netlink, port)?.port, {
      hairpin: true,
      learning: false,
      flood: false,
      isolated: true,
      suppressNeighbours: true,
    });
    const data = (await show(room, "br0"))?.linkinfo?.info_data;
    assertEquals([data?.mcast_snooping, data?.stp_state], [0, 1]);
    const slave = (await show(room, "one"))?.linkinfo?.info_slave_data;
    assertEquals([slave?.isolated, slave?.hairpin, slave?.learning, slave?.flood], [
      true,
      true,
      false,
      false,
    ]);
    assertEquals((await show(room, "one"))?.master, "br0");

    assertEquals(listLinks(netlink, { master: bridge }).map(({ name }) => name), ["one"]);
    assertEquals(listLinks(netlink, { kind: "bridge" }).map(({ name, mac }) => [name, mac]), [["br0", MAC]]);
    assertEquals(listLinks(netlink, { master: 4242 }), []);
    setLink(netlink, port, { master: 0 });
    assertEquals([linkDetails(netlink, port)?.master, linkDetails(netlink, port)?.port], [
      undefined,
      undefined,
    ]);
  },
);

testIf(unable, "setLink() changes what it is told, and nothing else", async () => {
  await using room = await NetlinkRoom.create("settings");
  await using other = await NetlinkRoom.create("settings-other");
  const { netlink } = room;
  addVeth(netlink, { name: "one" }, { name: "two" });
  const index = linkDetails(netlink, "one")?.index ?? 0;
  setLink(netlink, index, { mtu: 1372, mac: MAC, alias: "a pod", txQueueLength: 77, group: 5 });
  const set = linkDetails(netlink, index);
  assertEquals([set?.mtu, set?.mac, set?.alias, set?.txQueueLength, set?.group], [1372, MAC, "a pod", 77, 5]);
  assertEquals([set?.isUp, set?.operState], [false, "down"]);
  setLink(netlink, index, { isUp: true });
  setLink(netlink, linkDetails(netlink, "two")?.index ?? 0, { isUp: true });
  assertEquals([linkDetails(netlink, index)?.isUp, linkDetails(netlink, index)?.operState], [true, "up"]);
  setLink(netlink, index, { isUp: false });
  assertEquals([linkDetails(netlink, index)?.isUp, linkDetails(netlink, index)?.mtu], [false, 1372]);
  setLink(netlink, index, { name: "renamed" });
  assertEquals((await show(room, "renamed"))?.ifalias, "a pod");

  using target = new NetNs(other.namespace.path);
  setLink(netlink, index, { netns: target, name: "moved" });
  assertEquals(linkDetails(netlink, index), null);
  assertEquals(linkDetails(other.netlink, "moved")?.mac, MAC);
  assertThrows(
    () => setLink(netlink, 4242, { isUp: true }),
    NativeError,
    "set isUp of interface 4242: ENODEV",
  );
});

testIf(unable, "addAlternativeName() adds names by which the kernel finds an interface", async () => {
  await using room = await NetlinkRoom.create("altname");
  const { netlink } = room;
  addBridge(netlink, { name: "br0" });
  const index = linkDetails(netlink, "br0")?.index ?? 0;
  const long = "pod-default-web-7d4b9c6f5-x2x4z-eth0";
  assertEquals([addAlternativeName(netlink, index, long), addAlternativeName(netlink, index, "b")], [
    true,
    true,
  ]);
  assertEquals(addAlternativeName(netlink, index, long), false);
  assertEquals(linkDetails(netlink, index)?.alternativeNames, [long, "b"]);
  assertEquals((await show(room, "br0"))?.altnames, [long, "b"]);
});

testIf(
  unable,
  "addLink() says when the kernel lacks a kind, and deleteLink() takes both ends of a veth",
  async () => {
    await using room = await NetlinkRoom.create("kinds");
    const { netlink } = room;
    const error = assertThrows(
      () => addLink(netlink, "nosuchkind", { name: "x0" }),
      NativeError,
      'add nosuchkind "x0"',
    );
    assertEquals(error.code, Errno.EOPNOTSUPP);
    addVeth(netlink, { name: "one" }, { name: "two" });
    deleteLink(netlink, linkDetails(netlink, "one") ?? { index: 0, name: "" });
    assertEquals(listLinks(netlink, { kind: "veth" }), []);
  },
);
