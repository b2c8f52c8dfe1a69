import { assertEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetlinkRoom } from "../../tests/rig/netlink.ts";
import { linkByName } from "./links.ts";
import type { Netlink } from "./netlink.ts";
import {
  addNeighbour,
  deleteFdbEntry,
  deleteNeighbour,
  listFdb,
  listNeighbours,
  type Neighbour,
  replaceFdbEntry,
  replaceNeighbour,
} from "./neighbours.ts";

const unable = needsRootAnd();
const MAC = "02:00:5e:10:00:01";
const OTHER_MAC = "02:00:5e:10:00:02";

/** What `ip -j neigh` shows. */
interface Shown {
  readonly dst: string;
  readonly lladdr?: string;
  readonly state?: readonly string[];
  readonly router?: null;
  readonly proxy?: null;
}

/** The neighbours of an interface, without the multicast groups that the kernel itself writes to. */
const own = ({ netlink, index }: { netlink: Netlink; index: number }): Neighbour[] =>
  listNeighbours(netlink, { index }).filter(({ address }) => !address.startsWith("ff"));

/** A namespace with a veth pair that is up. */
async function withPair(suffix: string): Promise<NetlinkRoom & { index: number }> {
  const room = await NetlinkRoom.create(`neigh-${suffix}`);
  await room.ip("link add one type veth peer name two");
  await room.ip("link set one up");
  await room.ip("link set two up");
  return Object.assign(room, { index: linkByName(room.netlink, "one")?.index ?? 0 });
}

testIf(
  unable,
  "addNeighbour() adds what ip(8) shows and listNeighbours() reads back, in both families",
  async () => {
    await using room = await withPair("add");
    const { netlink, index } = room;
    addNeighbour(netlink, { index, address: "10.9.0.2", mac: MAC });
    addNeighbour(netlink, {
      index,
      address: "fd00:9::2",
      mac: OTHER_MAC,
      state: "reachable",
      isRouter: true,
    });
    assertEquals(own(room), [
      { index, address: "10.9.0.2", mac: MAC, state: "permanent" },
      { index, address: "fd00:9::2", mac: OTHER_MAC, state: "reachable", isRouter: true },
    ]);
    const shown = (await room.list<Shown>("neigh show dev one")).filter(({ dst }) => !dst.startsWith("ff"));
    assertEquals(shown.map(({ dst, lladdr, state }) => [dst, lladdr, state]).sort(), [
      ["10.9.0.2", MAC, ["PERMANENT"]],
      ["fd00:9::2", OTHER_MAC, ["REACHABLE"]],
    ]);
    assertEquals(listNeighbours(netlink, { index: 1 }), []);
  },
);

testIf(
  unable,
  "replaceNeighbour() changes an entry, addNeighbour() refuses, deleteNeighbour() says if it was there",
  async () => {
    await using room = await withPair("replace");
    const { netlink, index } = room;
    const neighbour = { index, address: "fd00:9::2", mac: MAC };
    addNeighbour(netlink, neighbour);
    const error = assertThrows(
      () => addNeighbour(netlink, neighbour),
      NativeError,
      "add neighbour fd00:9::2",
    );
    assertEquals(error.code, Errno.EEXIST);
    replaceNeighbour(netlink, { ...neighbour, mac: OTHER_MAC });
    assertEquals(own(room).map(({ mac }) => mac), [OTHER_MAC]);
    assertEquals(deleteNeighbour(netlink, neighbour), true);
    assertEquals(deleteNeighbour(netlink, neighbour), false);
    assertEquals(deleteNeighbour(netlink, { ...neighbour, index: 4242 }), false);
  },
);

testIf(unable, "proxies are a list of their own", async () => {
  await using room = await withPair("proxy");
  const { netlink, index } = room;
  addNeighbour(netlink, { index, address: "10.9.0.2", mac: MAC });
  for (const address of ["10.9.0.9", "fd00:9::9"]) addNeighbour(netlink, { index, address, isProxy: true });
  const proxies = listNeighbours(netlink, { index, isProxy: true });
  assertEquals(proxies.map(({ address, isProxy, mac }) => [address, isProxy, mac]), [
    ["10.9.0.9", true, undefined],
    ["fd00:9::9", true, undefined],
  ]);
  assertEquals(own(room).map(({ address }) => address), ["10.9.0.2"]);
  assertEquals((await room.list<Shown>("neigh show proxy")).map(({ dst }) => dst).sort(), [
    "10.9.0.9",
    "fd00:9::9",
  ]);
  assertEquals(deleteNeighbour(netlink, { index, address: "10.9.0.9", isProxy: true }), true);
  assertEquals(deleteNeighbour(netlink, { index, address: "10.9.0.9", isProxy: true }), false);
});

testIf(
  unable,
  "the forwarding table of a bridge takes and loses static entries, as bridge(8) shows",
  async () => {
    await using room = await withPair("fdb");
    const { netlink, index } = room;
    await room.ip("link add br0 type bridge");
    await room.ip("link set one master br0");
    const bridge = linkByName(netlink, "br0")?.index ?? 0;
    const isStatic = ({ mac }: { mac: string }): boolean => mac === MAC;
    replaceFdbEntry(netlink, { index, mac: MAC });
    assertEquals(listFdb(netlink, bridge).filter(isStatic), [{ index, mac: MAC, state: "noarp" }]);
    const shown = await room.list<{ mac: string; state: string }>("fdb show br br0", "bridge");
    assertEquals(shown.filter(isStatic).map(({ state }) => state), ["static"]);
    assertEquals(deleteFdbEntry(netlink, { index, mac: MAC }), true);
    assertEquals(deleteFdbEntry(netlink, { index, mac: MAC }), false);
    assertEquals(listFdb(netlink, bridge).filter(isStatic), []);
  },
);
