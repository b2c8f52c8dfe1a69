import { assertEquals } from "@std/assert";
import { type Flow, flowOf, isHeavyNow } from "./flows.ts";
import { flowKey, heavyFlow } from "./layout.ts";

interface Key {
  readonly saddr: readonly number[];
  readonly daddr: readonly number[];
  readonly sport?: number;
  readonly dport?: number;
  readonly etherType: number;
  readonly protocol?: number;
}

const v4 = (...bytes: number[]): number[] => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...bytes];
const v6 = (first: number, last: number): number[] => [0xfd, first, ...Array(13).fill(0), last];

function flow(key: Key, times = { since: 0n, last: 0n }, now = 0n): Flow {
  const bytes = new DataView(new ArrayBuffer(flowKey.size));
  new Uint8Array(bytes.buffer).set([...key.saddr, ...key.daddr]);
  bytes.setUint16(flowKey.fields.sport.offset, key.sport ?? 0);
  bytes.setUint16(flowKey.fields.dport.offset, key.dport ?? 0);
  bytes.setUint16(flowKey.fields.ether_type.offset, key.etherType);
  bytes.setUint8(flowKey.fields.protocol.offset, key.protocol ?? 0);
  const value = new DataView(new ArrayBuffer(heavyFlow.size));
  value.setBigUint64(heavyFlow.fields.since.offset, times.since, true);
  value.setBigUint64(heavyFlow.fields.last.offset, times.last, true);
  value.setBigUint64(heavyFlow.fields.bytes.offset, 77n, true);
  value.setUint32(heavyFlow.fields.drops.offset, 3, true);
  value.setUint32(heavyFlow.fields.marks.offset, 4, true);
  return flowOf(bytes, value, now);
}

const TCP4 = {
  saddr: v4(10, 0, 0, 7),
  daddr: v4(192, 168, 1, 2),
  sport: 443,
  dport: 50000,
  etherType: 0x0800,
  protocol: 6,
};

Deno.test("flowOf() reads an IPv4 flow: dotted addresses, ports in the network's order", () => {
  const { source, destination, sourcePort, destinationPort, protocol, bytes, drops, marks } = flow(TCP4);
  assertEquals([source, destination, sourcePort, destinationPort, protocol], [
    "10.0.0.7",
    "192.168.1.2",
    443,
    50000,
    "tcp",
  ]);
  assertEquals([bytes, drops, marks], [77n, 3n, 4n]);
});

Deno.test("flowOf() shortens IPv6 addresses", () => {
  const { source, destination, protocol } = flow({
    saddr: v6(0, 1),
    daddr: Array(16).fill(0),
    etherType: 0x86dd,
    protocol: 17,
  });
  assertEquals([source, destination, protocol], ["fd00::1", "::", "udp"]);
});

Deno.test("flowOf() names unknown protocols, and packets that are not IP", () => {
  assertEquals(flow({ ...TCP4, protocol: 99 }).protocol, "ip proto 99");
  const arp = flow({ saddr: Array(16).fill(0), daddr: Array(16).fill(0), etherType: 0x0806 });
  assertEquals([arp.source, arp.destination, arp.protocol], ["", "", "ether 0x0806"]);
});

Deno.test("flowOf() gives times as ages, never below zero", () => {
  const second = 1_000_000_000n;
  const { heavyFor, idleFor } = flow(TCP4, { since: 2n * second, last: 9n * second }, 10n * second);
  assertEquals([heavyFor, idleFor], [8n * second, second]);
  const ahead = flow(TCP4, { since: second, last: 11n * second }, 10n * second);
  assertEquals(ahead.idleFor, 0n);
});

Deno.test("isHeavyNow() forgives a second's pause, and no more", () => {
  assertEquals([isHeavyNow({ idleFor: 1_000_000_000n }), isHeavyNow({ idleFor: 1_000_000_001n })], [
    true,
    false,
  ]);
});
