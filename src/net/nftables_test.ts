import { assert, assertEquals, AssertionError, assertStringIncludes, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { netlinkIn, NetlinkRoom } from "../../tests/rig/netlink.ts";
import { parsePrefix } from "./ip.ts";
import { BatchError, type NfMessage, sendBatch, Subsystem } from "./nfnetlink.ts";
import { cmp, counter, type Expression, masquerade, meta, reject, snat, verdict } from "./nft_expressions.ts";
import {
  matchAddress,
  matchCtDirection,
  matchCtMark,
  matchCtState,
  matchFamily,
  matchInterface,
  matchMark,
  matchPort,
  matchTcpFlags,
  restoreMark,
  saveMark,
  setMark,
} from "./nft_matches.ts";
import {
  addChain,
  addRule,
  addTable,
  changeTables,
  deleteRule,
  deleteTable,
  listRules,
  listTables,
  type NftRule,
  type NftTable,
  replaceTable,
} from "./nftables.ts";
import type { Netlink } from "./netlink.ts";
import { Bus } from "./socket.ts";

const unable = needsRootAnd() ?? needsNft();

function needsNft(): string | null {
  try {
    Deno.statSync("/usr/sbin/nft");
    return null;
  } catch {
    return "nft(8) is not installed: scripts/setup.sh --tests";
  }
}

/** A namespace with a socket for netfilter in it. */
async function room(suffix: string): Promise<NetlinkRoom & { nf: Netlink }> {
  const made = await NetlinkRoom.create(`nft-${suffix}`);
  const nf = netlinkIn(made.namespace, { bus: Bus.NETFILTER });
  const dispose = made[Symbol.asyncDispose].bind(made);
  return Object.assign(made, {
    nf,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      nf[Symbol.dispose]();
      await dispose();
    },
  });
}

/** The error of a batch that is refused. */
function refused(batch: () => void): BatchError {
  try {
    batch();
  } catch (error) {
    if (error instanceof BatchError) return error;
    throw error;
  }
  throw new AssertionError("the kernel took the batch");
}

/** What nft(8) shows of a table, one trimmed line each. */
async function shown(at: NetlinkRoom, table = "inet natra-test"): Promise<string[]> {
  const { code, stdout } = await at.namespace.outcomeOf(["nft", "list", "table", ...table.split(" ")]);
  return code === 0
    ? stdout.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "}")
    : [];
}

const rule = (comment: string, ...parts: readonly (Expression | readonly Expression[])[]): NftRule => ({
  comment,
  expressions: parts.flat(),
});

/** A gateway's rules, as pona will want them. */
const GATEWAY: NftTable = {
  family: "inet",
  name: "natra-test",
  chains: [
    {
      name: "mark_in",
      hook: "prerouting",
      priority: -150,
      rules: [rule("save", matchMark(0x504f0001), saveMark())],
    },
    {
      name: "forward",
      hook: "forward",
      policy: "drop",
      rules: [
        rule("invalid", matchCtState("invalid"), counter(), verdict("drop")),
        rule(
          "late",
          matchMark(1),
          matchCtState("new"),
          matchTcpFlags(["syn"], ["fin", "syn", "rst", "ack"], false),
          [
            reject("tcp-reset"),
          ],
        ),
        rule("known", matchCtState("established", "related"), verdict("accept")),
        rule("rest", verdict("jump", "other")),
      ],
    },
    {
      name: "nat_out",
      hook: "postrouting",
      type: "nat",
      priority: 100,
      rules: [
        rule("egress", matchMark(0x504f0001), matchInterface("output", "eth0"), counter(), [
          masquerade({ fullyRandom: true }),
        ]),
        rule(
          "fixed",
          matchAddress("source", parsePrefix("10.50.1.7/20")),
          snat("192.0.2.9", { persistent: true }),
        ),
        rule("plain", matchAddress("destination", parsePrefix("fd50::/20"), false), masquerade()),
      ],
    },
    {
      name: "mark_out",
      hook: "postrouting",
      priority: -150,
      rules: [rule("reply", matchCtDirection("reply"), matchCtMark(0x30, 0xf0), setMark(0x40, 0xf0))],
    },
    {
      name: "other",
      rules: [
        rule(
          "dns",
          matchFamily("ipv4"),
          matchPort("udp", "destination", 53),
          restoreMark(),
          verdict("return"),
        ),
        rule("input", matchInterface("input", "eth0", false), setMark(7), reject("admin-prohibited")),
      ],
    },
  ],
};

/** The same in the words of nft(8). */
const SHOWN = `table inet natra-test {
chain mark_in {
type filter hook prerouting priority mangle; policy accept;
meta mark 0x504f0001 ct mark set meta mark comment "save"
chain forward {
type filter hook forward priority filter; policy drop;
ct state invalid counter packets 0 bytes 0 drop comment "invalid"
meta mark 0x00000001 ct state new tcp flags != syn / fin,syn,rst,ack reject with tcp reset comment "late"
ct state established,related accept comment "known"
jump other comment "rest"
chain nat_out {
type nat hook postrouting priority srcnat; policy accept;
meta mark 0x504f0001 oifname "eth0" counter packets 0 bytes 0 masquerade fully-random comment "egress"
ip saddr 10.50.0.0/20 snat ip to 192.0.2.9 persistent comment "fixed"
ip6 daddr != fd50::/20 masquerade comment "plain"
chain mark_out {
type filter hook postrouting priority mangle; policy accept;
ct direction reply ct mark & 0x000000f0 == 0x00000030 meta mark set meta mark & 0xffffff4f | 0x00000040 comment "reply"
chain other {
meta nfproto ipv4 udp dport 53 meta mark set ct mark return comment "dns"
iifname != "eth0" meta mark set 0x00000007 reject with icmpx admin-prohibited comment "input"`.split("\n");

testIf(unable, "replaceTable() makes a table with all its chains and rules, as nft(8) shows it", async () => {
  await using at = await room("replace");
  replaceTable(at.nf, GATEWAY);
  assertEquals(await shown(at), SHOWN);
  assertEquals(listTables(at.nf, "inet"), ["natra-test"]);
  replaceTable(at.nf, GATEWAY); // over itself
  assertEquals(await shown(at), SHOWN);
  const [first] = GATEWAY.chains;
  replaceTable(at.nf, { ...GATEWAY, chains: first === undefined ? [] : [first] });
  assertEquals((await shown(at)).length, 4);
  assertEquals([deleteTable(at.nf, GATEWAY), deleteTable(at.nf, GATEWAY)], [true, false]);
  assertEquals([await shown(at), listTables(at.nf, "inet"), listRules(at.nf, GATEWAY)], [[], [], []]);
});

testIf(unable, "a batch with one bad message changes nothing, and says which one", async () => {
  await using at = await room("bad");
  const table = { family: "inet", name: "natra-test" } as const;
  const chain = { name: "out", hook: "postrouting", type: "nat", priority: 100, rules: [] } as const;
  const good = [addTable(table), addChain(table, chain), addRule(table, "out", rule("one", masquerade()))];
  const bad = addRule(table, "nowhere", rule("two", masquerade()));
  const fewer: NfMessage[] = [...good, bad, addRule(table, "out", rule("three", masquerade()))];
  const error = refused(() => changeTables(at.nf, fewer));
  assertEquals(error.failures.map(({ index, error }) => [index, error.code]), [[3, Errno.ENOENT]]);
  assertEquals(
    error.message,
    'Cannot add rule "two" to chain "nowhere" of table inet "natra-test": ENOENT (attribute at byte 36)',
  );
  assert(error instanceof NativeError);
  assertEquals(await shown(at), []);

  // Each bad message is named. Two chains that jump to each other are found by a check of the whole: which
  // message is named then, if any, differs from kernel to kernel.
  const two = refused(() => changeTables(at.nf, [...good, bad, bad]));
  assertEquals(two.failures.map(({ index }) => index), [3, 4]);
  const loop = [
    addTable(table),
    ...["one", "two"].map((name) => addChain(table, { name, rules: [] })),
    addChain(table, { name: "base", hook: "input", rules: [] }),
    ...[["one", "two"], ["two", "one"], ["base", "one"]].map(([from = "", to = ""]) =>
      addRule(table, from, rule(to, verdict("jump", to)))
    ),
  ];
  assertEquals(refused(() => changeTables(at.nf, loop)).failures.length, 1);
  assertEquals(await shown(at), []);

  changeTables(at.nf, good);
  assertEquals((await shown(at)).length, 4);
});

testIf(unable, "a failed replaceTable() leaves the old table as it was", async () => {
  await using at = await room("keep");
  replaceTable(at.nf, GATEWAY);
  const broken = { ...GATEWAY, chains: [{ name: "x", rules: [rule("jump", verdict("jump", "nowhere"))] }] };
  assertStringIncludes(refused(() => replaceTable(at.nf, broken)).message, 'add rule "jump" to chain "x"');
  assertEquals(await shown(at), SHOWN);
});

testIf(
  unable,
  "a batch of a thousand rules comes through, and its last message may be the bad one",
  async () => {
    await using at = await room("large");
    const table = { family: "ip", name: "natra-test" } as const;
    const many = Array.from(
      { length: 1000 },
      (_, n) =>
        addRule(
          table,
          "x",
          rule(`r${n}`, [meta("mark"), cmp("==", new Uint8Array([n & 255, n >> 8, 0, 0]))]),
        ),
    );
    changeTables(at.nf, [addTable(table), addChain(table, { name: "x", rules: [] }), ...many]);
    const rules = listRules(at.nf, table);
    assertEquals(
      rules.map(({ comment }) => comment),
      many.map((_, n) => `r${n}`),
    );
    const error = refused(() => changeTables(at.nf, [...many, addRule(table, "nowhere", rule("bad"))]));
    assertEquals(error.failures.map(({ index }) => index), [1000]);
    assertEquals(listRules(at.nf, table).length, 1000);
    assertThrows(
      () => changeTables(at.nf, Array.from({ length: 5 }, () => many).flat()),
      NativeError,
      "EMSGSIZE",
    );
  },
);

testIf(unable, "sendBatch() reports what is wrong with the batch as a whole", async () => {
  await using at = await room("whole");
  const NO_BATCHES = Subsystem.CONNTRACK; // this subsystem takes none
  const message: NfMessage = { what: "try", message: 0, family: 2 };
  const error = refused(() => sendBatch(at.nf, NO_BATCHES, [message]));
  assertStringIncludes(error.message, "change netfilter by 1 messages");
  assertEquals(error.failures.map(({ index }) => index), [-1]);
  sendBatch(at.nf, NO_BATCHES, []);
});

testIf(
  unable,
  "listRules() gives comments, handles and counters, deleteRule() deletes one of them",
  async () => {
    await using at = await room("list");
    const table = { family: "inet", name: "natra-test" } as const;
    const count = (comment: string, port: number): NftRule =>
      rule(comment, matchPort("udp", "destination", port), counter());
    const chain = { name: "out", hook: "output", rules: [count("nine", 9), count("ten", 10)] } as const;
    replaceTable(at.nf, { ...table, chains: [chain] });
    await at.namespace.run(["bash", "-c", "for n in 1 2 3; do echo -n $n >/dev/udp/127.0.0.1/9; done"]);
    const rules = listRules(at.nf, table);
    assertEquals(rules.map(({ chain, comment, packets, bytes }) => [chain, comment, packets, bytes]), [
      ["out", "nine", 3n, 87n],
      ["out", "ten", 0n, 0n],
    ]);
    const [nine, ten] = rules;
    if (nine === undefined || ten === undefined) throw new AssertionError("there are no two rules");
    changeTables(at.nf, [deleteRule(table, nine)]);
    assertEquals(listRules(at.nf, table).map(({ comment }) => comment), ["ten"]);
    const error = refused(() => changeTables(at.nf, [deleteRule(table, ten), deleteRule(table, nine)]));
    assertEquals(error.failures.map(({ index }) => index), [1]);
    assertEquals(listRules(at.nf, table).length, 1);
  },
);

testIf(unable, "a masquerade rule translates: the peer sees the router's address", async () => {
  await using at = await room("masquerade");
  await using peer = await NetlinkRoom.create("nft-peer");
  await using client = await NetlinkRoom.create("nft-client");
  for (const [name, net, other] of [["one", "10.1.0", client], ["two", "10.2.0", peer]] as const) {
    await at.ip(`link add ${name} type veth peer name eth0 netns ${other.namespace.name}`);
    await at.ip(`addr add ${net}.1/24 dev ${name}`);
    await at.ip(`link set ${name} up`);
    await other.ip(`addr add ${net}.2/24 dev eth0`);
    await other.ip("link set eth0 up");
  }
  await client.ip("route add default via 10.1.0.1");
  await at.namespace.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  const nat = rule("egress", matchAddress("source", parsePrefix("10.1.0.0/24")), counter(), masquerade());
  const chain = { name: "out", hook: "postrouting", type: "nat", priority: 100, rules: [nat] } as const;
  replaceTable(at.nf, { family: "inet", name: "natra-test", chains: [chain] });
  // Nobody listens there, and the peer has no route to 10.1.0.0: a refusal can only come back by the router's
  // address.
  const { stderr } = await client.namespace.outcomeOf(["bash", "-c", "echo >/dev/tcp/10.2.0.2/9"]);
  assertStringIncludes(stderr, "refused");
  assertEquals(listRules(at.nf, { family: "inet", name: "natra-test" }).map(({ packets }) => packets), [1n]);
});
