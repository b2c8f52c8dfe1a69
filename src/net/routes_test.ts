import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetlinkRoom } from "../../tests/rig/netlink.ts";
import { addAddress } from "./addresses.ts";
import { anyPrefix, formatAddress, type IpFamily, parsePrefix } from "./ip.ts";
import { linkByName } from "./links.ts";
import { encodeNextHops, type NextHop, readNextHops } from "./multipath.ts";
import { addRoute, deleteRoute, listRoutes, lookUpRoute, replaceRoute, type Route } from "./routes.ts";

const unable = needsRootAnd();
const PROTOCOL = 31;

/** What `ip -j route` shows. */
interface Shown {
  readonly type?: string;
  readonly dst: string;
  readonly gateway?: string;
  readonly via?: { readonly family: string; readonly host: string };
  readonly dev?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
  readonly metrics?: readonly Readonly<Record<string, number>>[];
  readonly flags?: readonly string[];
  readonly nexthops?: readonly { gateway?: string; via?: { host: string }; dev: string; weight: number }[];
}

/** A namespace with a veth pair that is up, and addresses of both families on one end. */
async function withPair(
  suffix: string,
  strict = false,
): Promise<NetlinkRoom & { index: number; other: number }> {
  const room = await NetlinkRoom.create(`routes-${suffix}`, { strict });
  await room.ip("link add one type veth peer name two");
  await room.ip("link set one up");
  await room.ip("link set two up");
  const index = linkByName(room.netlink, "one")?.index ?? 0;
  const other = linkByName(room.netlink, "two")?.index ?? 0;
  addAddress(room.netlink, { index, address: "10.9.0.1", prefixLength: 24 });
  addAddress(room.netlink, { index, address: "fd00:9::1", prefixLength: 64, noDad: true });
  return Object.assign(room, { index, other });
}

/** The routes that a test made. */
function own(room: NetlinkRoom): Route[] {
  return listRoutes(room.netlink, { protocol: PROTOCOL });
}

const show = (room: NetlinkRoom, family: IpFamily, table: number): Promise<Shown[]> =>
  room.list<Shown>(`-${family === "ipv4" ? 4 : 6} -N route show table ${table}`);

const state = { type: "unicast", protocol: PROTOCOL } as const;

testIf(
  unable,
  "addRoute() adds what ip(8) shows and listRoutes() reads back: gateways, metrics, tables",
  async () => {
    await using room = await withPair("add");
    const { netlink, index } = room;
    const routes: Route[] = [
      { destination: anyPrefix("ipv4"), gateway: "10.9.0.254", index, metric: 7 },
      {
        destination: parsePrefix("10.20.0.0/16"),
        index,
        mtu: 1472,
        mtuLocked: true,
        advmss: 1400,
        table: 1017,
      },
      {
        destination: parsePrefix("10.21.0.0/16"),
        gateway: "192.0.2.1",
        onLink: true,
        index,
        preferredSource: "10.9.0.1",
      },
      { destination: anyPrefix("ipv6"), gateway: "fd00:9::fe", index, metric: 9, table: 100 },
      { destination: parsePrefix("fd00:20::/32"), index, mtu: 1452, advmss: 1380, hopLimit: 9, metric: 5 },
    ].map((route) => ({ ...route, protocol: PROTOCOL }));
    for (const route of routes) addRoute(netlink, route);
    const full = (route: Route | undefined, more: Partial<Route>): Partial<Route> => ({
      table: 254,
      ...state,
      ...route,
      ...more,
    });
    const found = own(room).sort((a, b) => order(a) < order(b) ? -1 : 1);
    assertEquals(
      found,
      [
        full(routes[0], { scope: 0 }),
        full(routes[1], { scope: 253 }),
        full(routes[2], { scope: 0 }),
        full(routes[3], { scope: 0 }),
        full(routes[4], { scope: 0 }),
      ].sort((a, b) => order(a) < order(b) ? -1 : 1) as Route[],
    );

    const main = await show(room, "ipv4", 254);
    const [byDefault] = main.filter(({ dst }) => dst === "default");
    assertEquals([byDefault?.gateway, byDefault?.dev, byDefault?.metric, byDefault?.protocol], [
      "10.9.0.254",
      "one",
      7,
      "31",
    ]);
    const [onLink] = main.filter(({ dst }) => dst === "10.21.0.0/16");
    assertEquals([onLink?.gateway, onLink?.flags, onLink?.prefsrc], ["192.0.2.1", ["onlink"], "10.9.0.1"]);
    const [locked] = await room.namespace.run(["ip", "route", "show", "table", "1017"]).then((
      text,
    ) => [text]);
    assertEquals(locked?.includes("mtu lock 1472 advmss 1400"), true, locked);
    const [six] = await show(room, "ipv6", 100);
    assertEquals([six?.dst, six?.gateway, six?.metric], ["default", "fd00:9::fe", 9]);
    const [metrics] = (await show(room, "ipv6", 254)).filter(({ dst }) => dst === "fd00:20::/32");
    assertEquals(metrics?.metrics, [{ mtu: 1452, advmss: 1380, hoplimit: 9 }]);
  },
);

const order = ({ destination, table }: Partial<Route>): string =>
  `${table} ${destination?.address} ${destination?.length}`;

testIf(
  unable,
  "addRoute() adds routes without a way: blackhole, unreachable, prohibit and throw",
  async () => {
    await using room = await withPair("types");
    const types = ["blackhole", "unreachable", "prohibit", "throw"] as const;
    for (const [n, type] of types.entries()) {
      for (const net of [`10.3${n}.0.0/16`, `fd00:3${n}::/32`]) {
        addRoute(room.netlink, {
          destination: parsePrefix(net),
          type,
          table: 117,
          metric: 500,
          protocol: PROTOCOL,
        });
      }
    }
    for (const family of ["ipv4", "ipv6"] as const) {
      const shown = await show(room, family, 117);
      assertEquals(shown.map(({ type }) => type), ["6", "7", "8", "9"]); // by number: -N
      assertEquals(
        listRoutes(room.netlink, { family, table: 117 }).map(({ type, metric }) => [type, metric]),
        types.map((type) => [type, 500]),
      );
    }
  },
);

testIf(unable, "addRoute() spreads flows over several routers, by weight", async () => {
  await using room = await withPair("multipath");
  const { netlink, index } = room;
  const four: NextHop[] = [{ index, gateway: "10.9.0.2", weight: 1 }, {
    index,
    gateway: "10.9.0.3",
    weight: 9,
  }];
  const six: NextHop[] = [{ index, gateway: "fd00:9::2", weight: 2 }, {
    index,
    gateway: "fd00:9::3",
    weight: 1,
  }];
  addRoute(netlink, { destination: parsePrefix("10.40.0.0/16"), nextHops: four, protocol: PROTOCOL });
  addRoute(netlink, { destination: parsePrefix("fd00:40::/32"), nextHops: six, protocol: PROTOCOL });
  assertEquals(own(room).map(({ nextHops }) => nextHops), [four, six]);
  assertEquals(own(room).length, listRoutes(netlink, { protocol: PROTOCOL, index }).length);
  const [shown] = (await show(room, "ipv4", 254)).filter(({ dst }) => dst === "10.40.0.0/16");
  assertEquals(shown?.nexthops?.map(({ gateway, weight }) => [gateway, weight]), [["10.9.0.2", 1], [
    "10.9.0.3",
    9,
  ]]);
});

testIf(unable, "addRoute() takes an IPv6 router for an IPv4 destination", async () => {
  await using room = await withPair("via");
  const { netlink, index } = room;
  const route = { destination: parsePrefix("10.41.0.0/16"), gateway: "fd00:9::2", index, protocol: PROTOCOL };
  const spread = {
    destination: parsePrefix("10.42.0.0/16"),
    nextHops: [{ index, gateway: "fd00:9::2", weight: 1 }, { index, gateway: "10.9.0.2", weight: 1 }],
    protocol: PROTOCOL,
  };
  addRoute(netlink, route);
  addRoute(netlink, spread);
  assertEquals(own(room).map(({ gateway, nextHops }) => gateway ?? nextHops), [
    route.gateway,
    spread.nextHops,
  ]);
  const [shown] = (await show(room, "ipv4", 254)).filter(({ dst }) => dst === "10.41.0.0/16");
  assertEquals(shown?.via, { family: "inet6", host: "fd00:9::2" });
});

testIf(unable, "replaceRoute() changes the route with its destination, table and metric alone", async () => {
  await using room = await withPair("replace");
  const { netlink, index } = room;
  for (
    const [net, one, two] of [["10.50.0.0/16", "10.9.0.2", "10.9.0.3"], [
      "fd00:50::/32",
      "fd00:9::2",
      "fd00:9::3",
    ]]
  ) {
    const route = { destination: parsePrefix(net ?? ""), index, metric: 50, protocol: PROTOCOL };
    addRoute(netlink, { ...route, gateway: one ?? "" });
    const error = assertThrows(() => addRoute(netlink, { ...route, gateway: two ?? "" }), NativeError);
    assertEquals([error.code, error.call], [Errno.EEXIST, `add route to ${net} in table 254`]);
    addRoute(netlink, { ...route, gateway: one ?? "", metric: 60 });
    replaceRoute(netlink, { ...route, gateway: two ?? "", mtu: 1400 });
    const found = own(room).filter(({ destination }) => destination.address === route.destination.address);
    assertEquals(found.map(({ gateway, metric, mtu }) => [gateway, metric, mtu]), [[two, 50, 1400], [
      one,
      60,
      undefined,
    ]]);
  }
});

testIf(
  unable,
  "deleteRoute() deletes what matches all that is given, and says whether it was there",
  async () => {
    await using room = await withPair("delete");
    const { netlink, index } = room;
    for (const [net, gateway] of [["10.60.0.0/16", "10.9.0.2"], ["fd00:60::/32", "fd00:9::2"]]) {
      const route = {
        destination: parsePrefix(net ?? ""),
        gateway: gateway ?? "",
        index,
        protocol: PROTOCOL,
      };
      addRoute(netlink, { ...route, metric: 10 });
      addRoute(netlink, { ...route, metric: 20 });
      addRoute(netlink, { ...route, metric: 10, table: 1000 });
      assertEquals(deleteRoute(netlink, { ...route, metric: 30 }), false);
      assertEquals(deleteRoute(netlink, { ...route, metric: 20, protocol: 4 }), false);
      assertEquals(deleteRoute(netlink, { destination: route.destination, metric: 20 }), true);
      assertEquals(deleteRoute(netlink, { destination: route.destination, metric: 20 }), false);
      assertEquals(deleteRoute(netlink, { destination: route.destination, table: 4242 }), false);
      const left = own(room).filter(({ destination }) => destination.address === route.destination.address);
      assertEquals(left.map(({ table, metric }) => [table, metric]).sort(), [[1000, 10], [254, 10]]);
    }
  },
);

for (const strict of [false, true]) {
  testIf(
    unable,
    `listRoutes() lists one table, protocol or interface alone, with a ${strict ? "strict" : "plain"} socket`,
    async () => {
      await using room = await withPair(`filter-${strict}`, strict);
      const { netlink, index, other } = room;
      addRoute(netlink, { destination: parsePrefix("10.70.0.0/16"), index, table: 1000, protocol: PROTOCOL });
      addRoute(netlink, { destination: parsePrefix("10.71.0.0/16"), index: other, table: 1000, protocol: 4 });
      const found = (filter: Parameters<typeof listRoutes>[1]): string[] =>
        listRoutes(netlink, filter).map(({ destination }) => destination.address);
      assertEquals(found({ table: 1000 }), ["10.70.0.0", "10.71.0.0"]);
      assertEquals(found({ table: 1000, protocol: PROTOCOL }), ["10.70.0.0"]);
      assertEquals(found({ table: 1000, index: other }), ["10.71.0.0"]);
      assertEquals(found({ table: 4242 }), []);
      assertEquals(found({ index: 4242 }), []);
      assertEquals(found({ family: "ipv6", table: 255, index }).includes("ff00::"), true);
    },
  );
}

testIf(unable, "lookUpRoute() finds what a packet would take, by its mark too", async () => {
  await using room = await withPair("lookup");
  const { netlink, index } = room;
  await room.ip("rule add fwmark 7 table 100");
  await room.ip("-6 rule add fwmark 7 table 100");
  for (const [net, gateway] of [["10.80.0.0/16", "10.9.0.7"], ["fd00:80::/32", "fd00:9::7"]]) {
    addRoute(netlink, { destination: parsePrefix(net ?? ""), gateway: gateway ?? "", index, table: 100 });
  }
  assertEquals(lookUpRoute(netlink, { destination: "10.80.0.1" }), null);
  assertEquals(lookUpRoute(netlink, { destination: "fd00:80::1" }), null);
  const four = lookUpRoute(netlink, { destination: "10.80.0.1", mark: 7 });
  assertEquals([four?.gateway, four?.index, four?.table, four?.preferredSource], [
    "10.9.0.7",
    index,
    100,
    "10.9.0.1",
  ]);
  const six = lookUpRoute(netlink, { destination: "fd00:80::1", mark: 7 });
  assertEquals([six?.gateway, six?.index, six?.table], ["fd00:9::7", index, 100]);
  assertEquals(lookUpRoute(netlink, { destination: "10.9.0.9" })?.gateway, undefined);
});

testIf(unable, "the kernel's reason is part of a route's error", async () => {
  await using room = await withPair("reason");
  const { netlink, index } = room;
  assertThrows(
    () => addRoute(netlink, { destination: parsePrefix("10.90.0.0/16"), gateway: "192.0.2.1", index }),
    NativeError,
    "Cannot add route to 10.90.0.0/16 in table 254: ENETUNREACH (Nexthop has invalid gateway)",
  );
  assertThrows(
    () => addRoute(netlink, { destination: parsePrefix("10.90.0.1/16"), index }),
    NativeError,
    "EINVAL (Invalid prefix for given prefix length)",
  );
});

Deno.test("encodeNextHops() and readNextHops() undo each other, and hostile bytes end the reading", () => {
  const gateway = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  ).map((bytes) => formatAddress(bytes) ?? "");
  const hop = fc.record({ index: fc.nat(0x7fffffff), gateway, weight: fc.integer({ min: 1, max: 256 }) });
  fc.assert(fc.property(fc.array(hop, { maxLength: 5 }), fc.nat(), (hops, cut) => {
    const bytes = encodeNextHops("ipv4", hops);
    assertEquals(readNextHops(new DataView(bytes.buffer)), hops);
    const part = readNextHops(new DataView(bytes.buffer, 0, cut % (bytes.length + 1)));
    assertEquals(part, hops.slice(0, part.length));
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    readNextHops(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }));
});
