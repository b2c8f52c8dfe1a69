import { assertEquals, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetNs } from "../net/netns.ts";
import { findVeth } from "./veth.ts";

const unable = needsRootAnd();

/** A node and a pod, each a network namespace of its own. */
async function nodeAndPod(suffix: string): Promise<AsyncDisposable & { node: Namespace; pod: Namespace }> {
  await using undo = new AsyncDisposableStack();
  const node = undo.use(await Namespace.create(`veth-node-${suffix}`));
  const pod = undo.use(await Namespace.create(`veth-pod-${suffix}`));
  const owned = undo.move();
  return { node, pod, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What findVeth() finds from the node: the names of both ends. @throws what it throws */
function find(node: Namespace, pod: Namespace, ifname = "eth0"): { inside: string; outside: string } {
  using home = new NetNs(node.path);
  return home.run(() => {
    using veth = findVeth(pod.path, ifname);
    return { inside: veth.inside.link.name, outside: veth.outside.link.name };
  });
}

testIf(unable, "findVeth() finds the node's end, whatever else has its index", async () => {
  await using at = await nodeAndPod("found");
  await at.node.run(["ip", "link", "add", "other0", "type", "veth", "peer", "name", "other1"]);
  await at.node.run([
    "ip",
    "link",
    "add",
    "cali12",
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    at.pod.name,
  ]);
  assertEquals(find(at.node, at.pod), { inside: "eth0", outside: "cali12" });
});

testIf(unable, "findVeth() refuses a pod whose interface is missing, and names it", async () => {
  await using at = await nodeAndPod("missing");
  assertThrows(() => find(at.node, at.pod), Error, `interface "eth0" in "${at.pod.path}"`);
});

testIf(unable, "findVeth() refuses what is not a veth", async () => {
  await using at = await nodeAndPod("ifb");
  await at.pod.run(["ip", "link", "add", "eth0", "type", "ifb"]);
  assertThrows(() => find(at.node, at.pod), Error, 'it is of kind "ifb", not a veth');
});

testIf(unable, "findVeth() refuses a veth whose other end is in a third namespace", async () => {
  await using at = await nodeAndPod("third");
  await using third = await Namespace.create("veth-third");
  await third.run([
    "ip",
    "link",
    "add",
    "veth0",
    "type",
    "veth",
    "peer",
    "name",
    "eth0",
    "netns",
    at.pod.name,
  ]);
  assertThrows(() => find(at.node, at.pod), Error, "its peer is in another network namespace");
});

testIf(
  unable,
  "findVeth() refuses a veth with both ends in the pod, though its index exists on the node",
  async () => {
    await using at = await nodeAndPod("both");
    await at.pod.run(["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "peer0"]);
    await at.node.run(["ip", "link", "add", "one", "type", "veth", "peer", "name", "two"]);
    assertThrows(() => find(at.node, at.pod), Error, "its peer is in another network namespace");
  },
);

testIf(unable, "findVeth() names a namespace that is not there", () => {
  assertThrows(
    () => findVeth("/run/netns/natra-none", "eth0"),
    NativeError,
    '"/run/netns/natra-none": ENOENT',
  );
});

testIf(
  unable,
  "findVeth() finds the other end beside it when the pod's namespace is the node's",
  async () => {
    await using at = await nodeAndPod("same");
    await at.node.run(["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "peer0"]);
    assertEquals(find(at.node, at.node), { inside: "eth0", outside: "peer0" });
  },
);
