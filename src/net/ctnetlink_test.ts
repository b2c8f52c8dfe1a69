import { assert, assertEquals, AssertionError, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { inNamespace, netlinkIn, NetlinkRoom } from "../../tests/rig/netlink.ts";
import { readAttributes } from "./attributes.ts";
import { encodeTuple, invertTuple, L4, readTuple, type Tuple } from "./conntrack_tuple.ts";
import {
  addConntrack,
  conntrackEvent,
  type ConntrackFilter,
  type ConntrackSpec,
  deleteConntrack,
  findConntrack,
  listConntrack,
} from "./ctnetlink.ts";
import { encodeMessage } from "./encode.ts";
import { formatAddress } from "./ip.ts";
import { Monitor } from "./monitor.ts";
import type { Netlink } from "./netlink.ts";
import { NfGroup } from "./nfnetlink.ts";
import { matchCtState } from "./nft_matches.ts";
import { replaceTable } from "./nftables.ts";
import { Bus } from "./socket.ts";

const unable = needsRootAnd();

/** A namespace with a socket for netfilter in it. */
async function room(suffix: string): Promise<NetlinkRoom & { nf: Netlink }> {
  const made = await NetlinkRoom.create(`ct-${suffix}`);
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

const tcp = (port: number, host = 1): Tuple => ({
  source: `10.1.0.${host}`,
  destination: "192.0.2.1",
  protocol: L4.TCP,
  sourcePort: port,
  destinationPort: 443,
});

/** A translated connection, as a gateway would copy it to another one. */
const TRANSLATED: ConntrackSpec = {
  original: tcp(40000),
  timeout: 432000,
  mark: 0x504f0001,
  status: ["seenReply", "assured"],
  sourceNat: { address: "198.51.100.9", port: 61000 },
  tcpState: "established",
  isLiberal: true,
};
const REPLY: Tuple = { ...invertTuple(tcp(40000)), destination: "198.51.100.9", destinationPort: 61000 };

testIf(
  unable,
  "addConntrack() adds a translated connection that findConntrack() finds from both directions",
  async () => {
    await using at = await room("add");
    addConntrack(at.nf, TRANSLATED);
    const found = findConntrack(at.nf, TRANSLATED.original);
    if (found === null) throw new AssertionError("it is not there");
    assertEquals([found.original, found.reply], [TRANSLATED.original, REPLY]);
    assertEquals([found.mark, found.zone, found.tcpState], [0x504f0001, 0, "established"]);
    assertEquals(found.status, [
      "seenReply",
      "assured",
      "confirmed",
      "sourceNat",
      "sourceNatDone",
      "destinationNatDone",
    ]);
    assert(found.timeout > 431000 && found.timeout <= 432000, `${found.timeout}`);
    assertEquals(findConntrack(at.nf, REPLY)?.id, found.id);
    const error = assertThrows(() => addConntrack(at.nf, TRANSLATED), NativeError);
    assertEquals([error.code, error.call], [
      Errno.EEXIST,
      "add connection 10.1.0.1 port 40000 to 192.0.2.1 port 443, protocol 6",
    ]);
    // A second opinion: the kernel's own list.
    const shown = await at.namespace.run(["cat", "/proc/net/nf_conntrack"]);
    assert(
      /tcp +6 \d+ ESTABLISHED src=10.1.0.1 dst=192.0.2.1 sport=40000 dport=443 src=192.0.2.1 dst=198.51.100.9 sport=443 dport=61000 \[ASSURED\] mark=1347354625/
        .test(shown),
      shown,
    );
  },
);

testIf(unable, "connections of every protocol and both families round-trip", async () => {
  await using at = await room("protocols");
  const tuples: Tuple[] = [
    {
      source: "fd00::1",
      destination: "2001:db8::1",
      protocol: L4.UDP,
      sourcePort: 5000,
      destinationPort: 53,
    },
    { source: "10.1.0.1", destination: "192.0.2.1", protocol: L4.ICMP, icmp: { type: 8, code: 0, id: 77 } },
    {
      source: "fd00::1",
      destination: "2001:db8::1",
      protocol: L4.ICMPV6,
      icmp: { type: 128, code: 0, id: 78 },
    },
  ];
  for (const original of tuples) addConntrack(at.nf, { original, timeout: 100 });
  for (const original of tuples) {
    const found = findConntrack(at.nf, original);
    assertEquals([found?.original, found?.reply], [original, invertTuple(original)]);
  }
  assertEquals(listConntrack(at.nf, { family: "ipv6" }, ({ original }) => original.protocol).sort(), [
    17,
    58,
  ]);
});

testIf(unable, "listConntrack() filters by mark, mask, zone and family", async () => {
  await using at = await room("list");
  for (const [host, mark] of [[1, 0x10], [2, 0x11], [3, 0x20]] as const) {
    addConntrack(at.nf, { original: tcp(1000, host), timeout: 100, mark });
  }
  addConntrack(at.nf, { original: tcp(1000, 1), timeout: 100, mark: 0x10, zone: 7 });
  const hosts = (filter: ConntrackFilter): string[] =>
    listConntrack(at.nf, filter, ({ original, zone }) => `${original.source.slice(7)}/${zone}`).sort();
  assertEquals(hosts({}), ["1/0", "1/7", "2/0", "3/0"]);
  assertEquals(hosts({ mark: 0x10 }), ["1/0", "1/7"]);
  assertEquals(hosts({ mark: 0x10, markMask: 0xf0 }), ["1/0", "1/7", "2/0"]);
  assertEquals(hosts({ mark: 0x10, zone: 7 }), ["1/7"]);
  assertEquals(hosts({ family: "ipv6" }), []);
  assertEquals(findConntrack(at.nf, tcp(1000, 1), 7)?.zone, 7);
});

testIf(unable, "deleteConntrack() forgets one connection, and says whether it was there", async () => {
  await using at = await room("delete");
  addConntrack(at.nf, { original: tcp(1), timeout: 100 });
  addConntrack(at.nf, { original: tcp(2), timeout: 100 });
  assertEquals([deleteConntrack(at.nf, tcp(1)), deleteConntrack(at.nf, tcp(1))], [true, false]);
  assertEquals(findConntrack(at.nf, tcp(1)), null);
  assertEquals(deleteConntrack(at.nf, tcp(2), 9), false);
  assertEquals(listConntrack(at.nf, {}, ({ original }) => original.sourcePort), [2]);
});

testIf(unable, "real packets are tracked and counted, and each change is an event", async () => {
  await using at = await room("events");
  await at.namespace.run(["sysctl", "-qw", "net.netfilter.nf_conntrack_acct=1"]);
  // A rule that asks for the state makes the kernel track connections here.
  const chain = { name: "out", hook: "output", rules: [{ expressions: matchCtState("new") }] } as const;
  replaceTable(at.nf, { family: "ip", name: "natra-test", chains: [chain] });
  const { CONNTRACK_NEW, CONNTRACK_UPDATE, CONNTRACK_DESTROY } = NfGroup;
  await using monitor = inNamespace(
    at.namespace,
    () =>
      new Monitor(
        { bus: Bus.NETFILTER, groups: [CONNTRACK_NEW, CONNTRACK_UPDATE, CONNTRACK_DESTROY] },
        conntrackEvent,
      ),
  );
  await at.namespace.run(["bash", "-c", "for n in 1 2 3; do echo -n abc >/dev/udp/127.0.0.1/9; done"]);
  const [entry] = listConntrack(at.nf, {}, (found) => found.original.protocol === L4.UDP ? found : null);
  if (entry === undefined) throw new AssertionError("nothing is tracked");
  assertEquals(entry.original.destinationPort, 9);
  assertEquals(entry.counters?.original, { packets: 1n, bytes: 31n });
  deleteConntrack(at.nf, entry.original);
  const seen: string[] = [];
  for await (const event of monitor) {
    if (event.about === "resync") throw new AssertionError("nothing can be lost here");
    if (event.entry.original.sourcePort !== entry.original.sourcePort) continue;
    seen.push(event.change);
    if (event.change === "deleted") break;
  }
  assertEquals([seen[0], seen.at(-1)], ["new", "deleted"]);
});

testIf(unable, "ten thousand connections are listed whole", async () => {
  await using at = await room("many");
  const COUNT = 10_000;
  for (let n = 0; n < COUNT; n++) addConntrack(at.nf, { original: tcp(1024 + n), timeout: 300, mark: n });
  const marks = new Set(listConntrack(at.nf, {}, ({ mark }) => mark));
  assertEquals(marks.size, COUNT);
});

const address = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => formatAddress(value) ?? "");
const port = fc.nat(0xffff);
const tuple = fc.constantFrom(4, 16).chain((bytes) =>
  fc.oneof(
    fc.record({
      source: address(bytes),
      destination: address(bytes),
      protocol: fc.constantFrom(L4.TCP, L4.UDP, L4.SCTP),
      sourcePort: port,
      destinationPort: port,
    }),
    fc.record({
      source: address(bytes),
      destination: address(bytes),
      protocol: fc.constant(bytes === 4 ? L4.ICMP : L4.ICMPV6),
      icmp: fc.record({ type: fc.nat(255), code: fc.nat(255), id: port }),
    }),
  )
);

Deno.test("encodeTuple() and readTuple() undo each other, and so does inverting twice", () => {
  fc.assert(fc.property(tuple, (sent) => {
    const bytes = encodeMessage({
      what: "try",
      type: 0,
      header: new Uint8Array(0),
      attributes: encodeTuple(sent),
    }, 0);
    assertEquals(readTuple(readAttributes(new DataView(bytes.buffer), 16)), sent);
    assertEquals(invertTuple(invertTuple(sent)), sent);
  }));
});
