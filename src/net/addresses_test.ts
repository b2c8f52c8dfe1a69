import { assertEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetlinkRoom } from "../../tests/rig/netlink.ts";
import {
  addAddress,
  deleteAddress,
  type InterfaceAddress,
  listAddresses,
  replaceAddress,
} from "./addresses.ts";
import { linkByName } from "./links.ts";

const unable = needsRootAnd();

/** What `ip -j addr` shows of an address. */
interface Shown {
  readonly local: string;
  readonly prefixlen: number;
  readonly label?: string;
  readonly address?: string;
  readonly broadcast?: string;
  readonly scope: string;
  readonly nodad?: boolean;
  readonly noprefixroute?: boolean;
  readonly valid_life_time: number;
}

async function shown(room: NetlinkRoom, name: string): Promise<readonly Shown[]> {
  const [link] = await room.list<{ addr_info: Shown[] }>(`addr show dev ${name}`);
  return link?.addr_info ?? [];
}

/** Whether a lifetime was set to so many seconds a while ago. */
const isAbout = (seconds: number, left: number): boolean => left > seconds - 60 && left <= seconds;

/** A namespace with a veth pair that is up. */
async function withPair(suffix: string, strict = false): Promise<NetlinkRoom & { index: number }> {
  const room = await NetlinkRoom.create(`addresses-${suffix}`, { strict });
  await room.ip("link add one type veth peer name two");
  await room.ip("link set one up");
  await room.ip("link set two up");
  return Object.assign(room, { index: linkByName(room.netlink, "one")?.index ?? 0 });
}

testIf(
  unable,
  "addAddress() adds what ip(8) shows and listAddresses() reads back, in both families",
  async () => {
    await using room = await withPair("add");
    const { netlink, index } = room;
    const wanted: InterfaceAddress[] = [
      { index, address: "10.9.0.1", prefixLength: 24, broadcast: "10.9.0.255", label: "one:pod" },
      { index, address: "10.8.0.1", prefixLength: 32, peer: "10.8.0.2", noPrefixRoute: true, scope: 253 },
      { index, address: "fd00:9::1", prefixLength: 64, noDad: true },
      {
        index,
        address: "fd00:8::1",
        prefixLength: 128,
        noDad: true,
        validLifetime: 1000,
        preferredLifetime: 500,
      },
    ];
    for (const address of wanted) addAddress(netlink, address);
    const plain = { isTentative: false, isDuplicate: false, isSecondary: false };
    const found = listAddresses(netlink, { index }).filter(({ address }) => !address.startsWith("fe80"));
    const sorted = [...found].sort((a, b) => b.address < a.address ? -1 : 1).map((address) =>
      address.validLifetime === undefined ? address : {
        ...address,
        validLifetime: isAbout(1000, address.validLifetime),
        preferredLifetime: isAbout(500, address.preferredLifetime ?? 0),
      }
    );
    assertEquals(sorted, [
      { ...wanted[2], scope: 0, ...plain },
      { ...wanted[3], scope: 0, ...plain, validLifetime: true, preferredLifetime: true },
      { ...wanted[0], scope: 0, ...plain },
      // The kernel names IPv4 addresses after the interface, unless told otherwise.
      { ...wanted[1], label: "one", ...plain },
    ]);

    const all = (await shown(room, "one")).filter(({ local }) => !local.startsWith("fe80"));
    const by = (local: string): Shown | undefined => all.find((one) => one.local === local);
    assertEquals(all.length, 4);
    assertEquals([by("10.9.0.1")?.label, by("10.9.0.1")?.broadcast], ["one:pod", "10.9.0.255"]);
    assertEquals(
      [by("10.8.0.1")?.address, by("10.8.0.1")?.scope, by("10.8.0.1")?.noprefixroute],
      ["10.8.0.2", "link", true],
    );
    assertEquals([by("fd00:9::1")?.prefixlen, by("fd00:9::1")?.nodad], [64, true]);
    assertEquals(isAbout(1000, by("fd00:8::1")?.valid_life_time ?? 0), true);
  },
);

testIf(unable, "listAddresses() sees that duplicate address detection has not ended", async () => {
  await using room = await withPair("dad");
  const { netlink, index } = room;
  await room.ip("link set two down"); // without a carrier it cannot end
  addAddress(netlink, { index, address: "fd00:7::1", prefixLength: 64 });
  const [found] = listAddresses(netlink, { index, family: "ipv6" }).filter(({ address }) =>
    address === "fd00:7::1"
  );
  assertEquals([found?.isTentative, found?.isDuplicate, found?.noDad], [true, false, undefined]);
});

testIf(unable, "addAddress() refuses an address that is there, replaceAddress() changes it", async () => {
  await using room = await withPair("replace");
  const { netlink, index } = room;
  const address = { index, address: "fd00:6::1", prefixLength: 64, noDad: true };
  addAddress(netlink, address);
  const error = assertThrows(
    () => addAddress(netlink, address),
    NativeError,
    "add address fd00:6::1/64 of interface",
  );
  assertEquals(error.code, Errno.EEXIST);
  replaceAddress(netlink, { ...address, validLifetime: 700, preferredLifetime: 700 });
  const [found] = (await shown(room, "one")).filter(({ local }) => local === "fd00:6::1");
  assertEquals(isAbout(700, found?.valid_life_time ?? 0), true);
});

testIf(unable, "deleteAddress() deletes exactly what is named, and says whether it was there", async () => {
  await using room = await withPair("delete");
  const { netlink, index } = room;
  for (const address of ["10.9.0.1", "10.9.1.1", "fd00:5::1"]) {
    addAddress(netlink, { index, address, prefixLength: address.includes(":") ? 64 : 24, noDad: true });
  }
  assertEquals(deleteAddress(netlink, { index, address: "10.9.0.1", prefixLength: 24 }), true);
  assertEquals(deleteAddress(netlink, { index, address: "10.9.0.1", prefixLength: 24 }), false);
  assertEquals(deleteAddress(netlink, { index, address: "fd00:5::1", prefixLength: 64 }), true);
  assertEquals(deleteAddress(netlink, { index, address: "fd00:5::1", prefixLength: 64 }), false);
  assertEquals(deleteAddress(netlink, { index: 4242, address: "10.9.1.1", prefixLength: 24 }), false);
  const left = listAddresses(netlink, { index }).filter(({ address }) => !address.startsWith("fe80"));
  assertEquals(left.map(({ address }) => address), ["10.9.1.1"]);
});

for (const strict of [false, true]) {
  testIf(
    unable,
    `listAddresses() lists one interface or family alone, with a ${strict ? "strict" : "plain"} socket`,
    async () => {
      await using room = await withPair(`filter-${strict}`, strict);
      const { netlink, index } = room;
      addAddress(netlink, { index, address: "10.9.0.1", prefixLength: 24 });
      const lo = listAddresses(netlink, { index: 1 }).map(({ address }) => address);
      assertEquals(lo, ["127.0.0.1", "::1"]);
      assertEquals(listAddresses(netlink, { family: "ipv4" }).map(({ address }) => address), [
        "127.0.0.1",
        "10.9.0.1",
      ]);
      assertEquals(listAddresses(netlink, { index: 4242 }), []);
    },
  );
}

testIf(unable, "addAddress() refuses what is not an address before it asks the kernel", async () => {
  await using room = await withPair("wrong");
  const { netlink, index } = room;
  for (
    const wrong of [
      { address: "10.9.0.300", prefixLength: 24 },
      { address: "10.9.0.3", prefixLength: 33 },
      { address: "10.9.0.3", prefixLength: 24, peer: "fd00::1" },
    ]
  ) {
    assertThrows(() => addAddress(netlink, { index, ...wrong }), Error);
  }
  assertEquals((await shown(room, "one")).filter(({ local }) => local.startsWith("10.")), []);
});
