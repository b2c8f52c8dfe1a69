import { assertEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetlinkRoom } from "../../tests/rig/netlink.ts";
import { IP_FAMILIES, parsePrefix } from "./ip.ts";
import { addRule, deleteRule, listRules, replaceRule, type Rule } from "./rules.ts";

const unable = needsRootAnd();
const PROTOCOL = 31;

/** What `ip -j rule` shows. */
interface Shown {
  readonly priority: number;
  readonly not?: null;
  readonly src: string;
  readonly srclen?: number;
  readonly dst?: string;
  readonly dstlen?: number;
  readonly fwmark?: string;
  readonly fwmask?: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly table?: string;
  readonly action?: string;
  readonly goto?: number;
  readonly suppress_prefixlen?: number;
  readonly protocol?: string;
}

const own = (room: NetlinkRoom): Rule[] =>
  listRules(room.netlink).filter(({ protocol }) => protocol === PROTOCOL);

testIf(unable, "addRule() adds what ip(8) shows and listRules() reads back, in both families", async () => {
  await using room = await NetlinkRoom.create("rules-add");
  const rules = IP_FAMILIES.flatMap((family): Rule[] => {
    const [source, destination] = family === "ipv4"
      ? ["10.1.0.0/16", "10.2.0.1/32"]
      : ["fd01::/16", "fd02::1/128"];
    return [
      { priority: 1900, action: "lookup", table: 117, mark: 0x30, markMask: 0xf0 },
      { priority: 2000, action: "lookup", table: 1000, inputInterface: "eth0", mark: 0x504f0002 },
      { priority: 2001, action: "lookup", table: 254, suppressPrefixLength: 0, isInverted: true, mark: 0 },
      {
        priority: 2002,
        action: "unreachable",
        source: parsePrefix(source),
        destination: parsePrefix(destination),
      },
      { priority: 2003, action: "goto", target: 32766, outputInterface: "lo" },
    ].map((rule) => ({ family, protocol: PROTOCOL, ...rule } as Rule));
  });
  for (const rule of rules) addRule(room.netlink, rule);
  assertEquals(own(room), rules);

  for (const flag of ["-4", "-6"]) {
    const shown = (await room.list<Shown>(`${flag} -N rule show`)).filter(({ protocol }) =>
      protocol === "31"
    );
    const find = (priority: number): Shown | undefined => shown.find((rule) => rule.priority === priority);
    assertEquals([find(1900)?.fwmark, find(1900)?.fwmask, find(1900)?.table], ["0x30", "0xf0", "117"]);
    assertEquals([find(2000)?.iif, find(2000)?.table, find(2000)?.fwmark], ["eth0", "1000", "0x504f0002"]);
    assertEquals([find(2001)?.suppress_prefixlen, find(2001)?.not], [0, null]);
    assertEquals([find(2002)?.srclen, find(2002)?.action], [16, "7"]);
    assertEquals([find(2003)?.goto, find(2003)?.oif], [32766, "lo"]);
  }
});

testIf(unable, "addRule() refuses an equal rule, not one that differs in its mark", async () => {
  await using room = await NetlinkRoom.create("rules-equal");
  const rule: Rule = { family: "ipv4", priority: 1000, table: 100, mark: 1, protocol: PROTOCOL };
  addRule(room.netlink, rule);
  const error = assertThrows(() => addRule(room.netlink, rule), NativeError, "Cannot add ipv4 rule 1000");
  assertEquals(error.code, Errno.EEXIST);
  addRule(room.netlink, { ...rule, mark: 2 });
  assertEquals(own(room).map(({ mark }) => mark), [1, 2]);
});

testIf(unable, "replaceRule() leaves one rule of its family and priority, and all others", async () => {
  await using room = await NetlinkRoom.create("rules-replace");
  const { netlink } = room;
  const rule: Rule = { family: "ipv6", priority: 1000, table: 100, mark: 1, protocol: PROTOCOL };
  addRule(netlink, rule);
  addRule(netlink, { ...rule, mark: 2 });
  addRule(netlink, { ...rule, priority: 1001 });
  addRule(netlink, { ...rule, family: "ipv4" });
  const tables = (): unknown[] =>
    own(room).map(({ family, priority, table, mark }) => [family, priority, table, mark]);
  for (let times = 0; times < 2; times++) { // the second time there is nothing to do
    replaceRule(netlink, { ...rule, table: 4000 });
    assertEquals(tables(), [["ipv4", 1000, 100, 1], ["ipv6", 1000, 4000, 1], ["ipv6", 1001, 100, 1]]);
  }
  replaceRule(netlink, { ...rule, priority: 999 });
  assertEquals(tables().length, 4);
});

testIf(
  unable,
  "deleteRule() deletes one rule that has all that is given, and says whether it was there",
  async () => {
    await using room = await NetlinkRoom.create("rules-delete");
    const { netlink } = room;
    const rule: Rule = { family: "ipv4", priority: 1000, table: 100, protocol: PROTOCOL };
    for (const mark of [1, 2, 3]) addRule(netlink, { ...rule, mark });
    assertEquals(deleteRule(netlink, { ...rule, mark: 4 }), false);
    assertEquals(deleteRule(netlink, { ...rule, mark: 2 }), true);
    assertEquals(deleteRule(netlink, { ...rule, mark: 2 }), false);
    assertEquals(own(room).map(({ mark }) => mark), [1, 3]);
  },
);

testIf(unable, "listRules() shows the kernel's own rules in the order in which they are tried", async () => {
  await using room = await NetlinkRoom.create("rules-list", { strict: true });
  const rules = listRules(room.netlink, { family: "ipv4" });
  assertEquals(rules.map(({ priority, table }) => [priority, table]), [[0, 255], [32766, 254], [32767, 253]]);
});
