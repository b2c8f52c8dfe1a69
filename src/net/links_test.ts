import { assertEquals, assertExists, AssertionError, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { netlinkIn } from "../../tests/rig/netlink.ts";
import { type Link, linkByIndex, linkByName, linkStats, nsidOf, setGsoMaxSize } from "./links.ts";
import { NetNs } from "./netns.ts";

const unable = needsRootAnd();

/** What must be there. */
function found(link: Link | null): Link {
  if (link === null) throw new AssertionError("there is no such interface");
  return link;
}

testIf(unable, "linkByName() and linkByIndex() describe both ends of a veth in one namespace", async () => {
  await using made = await Namespace.create("links-pair");
  await made.run(["ip", "link", "add", "one", "mtu", "1400", "type", "veth", "peer", "name", "two"]);
  using netlink = netlinkIn(made);
  const one = found(linkByName(netlink, "one"));
  const two = found(linkByName(netlink, "two"));
  assertEquals([one.name, one.kind, one.mtu], ["one", "veth", 1400]);
  assertEquals([one.peerIndex, two.peerIndex], [two.index, one.index]);
  assertEquals([one.peerNsid, two.peerNsid], [undefined, undefined]);
  assertEquals(linkByIndex(netlink, one.index), one);
});

testIf(
  unable,
  "linkByName() tells by which id the peer's namespace is known, and nsidOf() agrees",
  async () => {
    await using node = await Namespace.create("links-node");
    await using pod = await Namespace.create("links-pod");
    await node.run(["ip", "link", "add", "veth0", "type", "veth", "peer", "name", "eth0", "netns", pod.name]);
    using outer = netlinkIn(node);
    using inner = netlinkIn(pod);
    using podNs = new NetNs(pod.path);
    using nodeNs = new NetNs(node.path);
    const outside = found(linkByName(outer, "veth0"));
    const inside = found(linkByName(inner, "eth0"));
    assertEquals(outside.peerIndex, inside.index);
    assertExists(outside.peerNsid);
    assertExists(inside.peerNsid);
    assertEquals(outside.peerNsid, nsidOf(outer, podNs));
    assertEquals(inside.peerNsid, nsidOf(inner, nodeNs));
  },
);

testIf(unable, "linkStats() counts what passes, and gives null for what is not there", async () => {
  await using made = await Namespace.create("links-stats");
  using netlink = netlinkIn(made);
  const before = linkStats(netlink, 1); // the loopback interface: what it sends it receives
  assertEquals(before, { rxBytes: 0n, txBytes: 0n });
  await made.run(["bash", "-c", "for n in 1 2 3; do echo -n $n >/dev/udp/127.0.0.1/9; done"]);
  const after = linkStats(netlink, 1);
  const sent = 20n + 8n + 1n; // it has no Ethernet header any more when it counts
  const unreachable = 20n + 8n + sent; // nobody listens: ICMP says so, and quotes the packet
  assertEquals(after, { rxBytes: 3n * (sent + unreachable), txBytes: 3n * (sent + unreachable) });
  assertEquals(linkStats(netlink, 4242), null);
});

testIf(unable, "nsidOf() gives null for a namespace that nothing leads to", async () => {
  await using made = await Namespace.create("links-lonely");
  await using other = await Namespace.create("links-stranger");
  using netlink = netlinkIn(made);
  using stranger = new NetNs(other.path);
  assertEquals(nsidOf(netlink, stranger), null);
});

testIf(unable, "linkByName() and linkByIndex() give null for what is not there", async () => {
  await using made = await Namespace.create("links-none");
  using netlink = netlinkIn(made);
  assertEquals([linkByName(netlink, "eth9"), linkByIndex(netlink, 4242)], [null, null]);
});

testIf(unable, "linkByName() passes on an error that is not about being there", async () => {
  await using made = await Namespace.create("links-long");
  using netlink = netlinkIn(made);
  const name = "a-name-that-no-interface-can-have";
  assertThrows(() => linkByName(netlink, name), NativeError, `find interface "${name}": `);
});

testIf(unable, "setGsoMaxSize() sets what ip(8) and linkByName() show", async () => {
  await using made = await Namespace.create("links-gso");
  await made.run(["ip", "link", "add", "one", "type", "veth", "peer", "name", "two"]);
  using netlink = netlinkIn(made);
  const link = found(linkByName(netlink, "one"));
  setGsoMaxSize(netlink, link, 8192);
  assertEquals(linkByName(netlink, "one")?.gsoMaxSize, 8192);
  const [shown] = JSON.parse(await made.run(["ip", "-d", "-j", "link", "show", "one"])) as {
    gso_max_size: number;
  }[];
  assertEquals(shown?.gso_max_size, 8192);
  assertEquals(linkByName(netlink, "two")?.gsoMaxSize, link.gsoMaxSize);
});

testIf(unable, "setGsoMaxSize() names the interface that is gone", async () => {
  await using made = await Namespace.create("links-gone");
  await made.run(["ip", "link", "add", "one", "type", "veth", "peer", "name", "two"]);
  using netlink = netlinkIn(made);
  const link = found(linkByName(netlink, "one"));
  await made.run(["ip", "link", "del", "one"]);
  assertThrows(() => setGsoMaxSize(netlink, link, 8192), NativeError, '"one" to 8192 bytes: ENODEV');
});
