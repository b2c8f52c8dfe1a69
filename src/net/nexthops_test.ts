import { assertEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetlinkRoom } from "../../tests/rig/netlink.ts";
import { addAddress } from "./addresses.ts";
import { parsePrefix } from "./ip.ts";
import { linkByName } from "./links.ts";
import { addNexthop, deleteNexthop, listNexthops, type Nexthop, replaceNexthop } from "./nexthops.ts";
import { addRoute, listRoutes } from "./routes.ts";

const unable = needsRootAnd();
const PROTOCOL = 31;

/** What `ip -j nexthop` shows. */
interface Shown {
  readonly id: number;
  readonly gateway?: string;
  readonly dev?: string;
  readonly blackhole?: null;
  readonly group?: readonly { id: number; weight?: number }[];
  readonly type?: string;
}

/** A namespace with a veth pair that is up, and addresses of both families on one end. */
async function withPair(suffix: string): Promise<NetlinkRoom & { index: number }> {
  const room = await NetlinkRoom.create(`nexthops-${suffix}`);
  await room.ip("link add one type veth peer name two");
  await room.ip("link set one up");
  await room.ip("link set two up");
  const index = linkByName(room.netlink, "one")?.index ?? 0;
  addAddress(room.netlink, { index, address: "10.9.0.1", prefixLength: 24 });
  addAddress(room.netlink, { index, address: "fd00:9::1", prefixLength: 64, noDad: true });
  return Object.assign(room, { index });
}

testIf(unable, "addNexthop() adds what ip(8) shows and listNexthops() reads back", async () => {
  await using room = await withPair("add");
  const { netlink, index } = room;
  const nexthops: Nexthop[] = [
    { id: 1, gateway: "10.9.0.2", index, family: "ipv4", protocol: PROTOCOL },
    { id: 2, gateway: "10.9.0.3", index, family: "ipv4" },
    { id: 3, gateway: "fd00:9::2", index, family: "ipv6" },
    { id: 4, isBlackhole: true, family: "ipv6" },
    { id: 5, index, family: "ipv4" },
    { id: 10, group: [{ id: 1, weight: 3 }, { id: 2, weight: 1 }] },
    {
      id: 11,
      group: [{ id: 1, weight: 1 }],
      resilience: { buckets: 8, idleTimer: 1200, unbalancedTimer: 0 },
    },
  ];
  for (const nexthop of nexthops) addNexthop(netlink, nexthop);
  assertEquals(listNexthops(netlink), nexthops);
  const shown = await room.list<Shown>("nexthop show");
  assertEquals(shown.map(({ id, gateway }) => [id, gateway]).slice(0, 3), [[1, "10.9.0.2"], [2, "10.9.0.3"], [
    3,
    "fd00:9::2",
  ]]);
  assertEquals(shown.find(({ id }) => id === 10)?.group, [{ id: 1, weight: 3 }, { id: 2 }]);
  assertEquals(shown.find(({ id }) => id === 11)?.type, "resilient");
});

testIf(
  unable,
  "replaceNexthop() moves the routes that refer to it, deleteNexthop() deletes them",
  async () => {
    await using room = await withPair("route");
    const { netlink, index } = room;
    addNexthop(netlink, { id: 1, gateway: "10.9.0.2", index });
    const error = assertThrows(() => addNexthop(netlink, { id: 1, gateway: "10.9.0.3", index }), NativeError);
    assertEquals(error.code, Errno.EEXIST);
    addRoute(netlink, { destination: parsePrefix("10.40.0.0/16"), nextHopId: 1, protocol: PROTOCOL });
    const found = (): unknown[] =>
      listRoutes(netlink, { protocol: PROTOCOL }).map((one) => [one.nextHopId, one.gateway]);
    assertEquals(found(), [[1, "10.9.0.2"]]);
    replaceNexthop(netlink, { id: 1, gateway: "10.9.0.3", index });
    assertEquals(found(), [[1, "10.9.0.3"]]);
    assertEquals(deleteNexthop(netlink, 1), true);
    assertEquals(found(), []);
    assertEquals(deleteNexthop(netlink, 1), false);
  },
);
