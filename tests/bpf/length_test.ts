import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compile, IN_GUEST } from "./compile.ts";
import { Datapath } from "./datapath.ts";
import { programMaps, writeEntry } from "./maps.ts";
import { loadObject } from "./object.ts";
import { arp, ethernet, EtherType, qinq, raw, vlan } from "./packet/ethernet.ts";
import { authentication, extension, fragment, ipip, ipv4, ipv6, Protocol } from "./packet/ip.ts";
import { icmp, icmpv6, rest, sctp, tcp, udp } from "./packet/transport.ts";
import { type Metadata, progRun } from "./prog_run.ts";
import { flow, START } from "./traffic.ts";

/** Ethernet, IPv4 or IPv6, TCP with a time stamp. */
const TCP4 = 14 + 20 + 32, TCP6 = 14 + 40 + 32;

interface Case {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly metadata?: Metadata;
  /** On the wire beyond the frame itself. */
  readonly more?: number;
}

const cases: Readonly<Record<string, Case>> = {
  "UDP over IPv4": { frame: ethernet(ipv4({}, udp({}, 1000))) },
  "UDP over IPv6": { frame: ethernet(ipv6({}, udp({}, 1000))) },
  "TCP over IPv4": { frame: ethernet(ipv4({}, tcp({}, 1000))) },
  "TCP over IPv6": { frame: ethernet(ipv6({}, tcp({}, 1000))) },
  "a pure ACK": { frame: ethernet(ipv4({}, tcp({}, 0))) },
  "SCTP": { frame: ethernet(ipv4({}, sctp({}, 500))) },
  "ICMP": { frame: ethernet(ipv4({}, icmp(56))) },
  "ICMPv6": { frame: ethernet(ipv6({}, icmpv6(56))) },
  "an IP protocol without ports": { frame: ethernet(ipv4({}, rest(50, 300))) },
  "IP in IP": { frame: ethernet(ipv4({}, ipip(ipv4({ from: 3 }, udp({}, 200))))) },
  "ARP": { frame: ethernet(arp()) },
  "an unknown EtherType": { frame: ethernet(raw(0x88cc, new Uint8Array(100))) },
  "a VLAN tag": { frame: ethernet(vlan(7, ipv4({}, udp({}, 1000)))) },
  "two VLAN tags": { frame: ethernet(qinq(7, 8, ipv6({}, udp({}, 1000)))) },
  "three VLAN tags": { frame: ethernet(qinq(7, 8, vlan(9, ipv4({}, udp({}, 100))))) },
  "IPv4 options": { frame: ethernet(ipv4({ options: 40 }, udp({}, 100))) },
  "a fragment": { frame: ethernet(ipv4({ offset: 1480 }, rest(Protocol.UDP, 700))) },
  "an IPv6 fragment": { frame: ethernet(ipv6({}, fragment(1448, false, rest(Protocol.UDP, 700)))) },
  "an authentication header": { frame: ethernet(ipv6({}, authentication(udp({}, 100)))) },
  "Ethernet padding": { frame: pad(ethernet(ipv4({}, tcp({ options: 0 }, 0))), 60) },
  // BPF_PROG_RUN takes no IP packet shorter than its header; behind a tag it does not look.
  "an IPv4 header cut short": { frame: ethernet(vlan(7, ipv4({}, udp({}, 100)))).slice(0, 18 + 12) },
  "an IPv6 header cut short": { frame: ethernet(vlan(7, ipv6({}, udp({}, 100)))).slice(0, 18 + 30) },
  "a TCP header cut short": { frame: ethernet(ipv4({}, tcp({}, 100))).slice(0, 14 + 20 + 10) },
  "ports cut short": { frame: ethernet(ipv4({}, udp({}, 100))).slice(0, 14 + 20 + 3) },
  "an extension header cut short": {
    frame: ethernet(ipv6({}, extension(Protocol.HOP_BY_HOP, udp({}, 1)))).slice(0, 14 + 40 + 2),
  },
  "a VLAN tag cut short": { frame: ethernet(vlan(7, ipv4({}, udp({}, 1)))).slice(0, 14 + 2) },

  "a GSO packet of TCP": {
    frame: ethernet(ipv4({}, tcp({}, 3000))),
    metadata: { gsoSize: 1000, gsoSegs: 3 },
    more: 2 * TCP4,
  },
  "a GSO packet of TCP over IPv6": {
    frame: ethernet(ipv6({}, tcp({}, 3000))),
    metadata: { gsoSize: 100, gsoSegs: 30 },
    more: 29 * TCP6,
  },
  "a GSO packet whose last segment is short": {
    frame: ethernet(ipv4({}, tcp({}, 2001))),
    metadata: { gsoSize: 1000, gsoSegs: 3 },
    more: 2 * TCP4,
  },
  "a GSO packet without its number of segments": {
    frame: ethernet(ipv4({}, tcp({}, 2001))),
    metadata: { gsoSize: 1000 },
    more: 2 * TCP4,
  },
  "a GSO packet without its number of segments, which divides evenly": {
    frame: ethernet(ipv4({}, tcp({}, 2000))),
    metadata: { gsoSize: 1000 },
    more: TCP4,
  },
  "a GSO packet of UDP": {
    frame: ethernet(ipv4({}, udp({}, 2400))),
    metadata: { gsoSize: 1200, gsoSegs: 2 },
    more: 14 + 20 + 8,
  },
  "a GSO packet with IPv4 options": {
    frame: ethernet(ipv4({ options: 12 }, tcp({ options: 20 }, 2000))),
    metadata: { gsoSize: 1000, gsoSegs: 2 },
    more: 14 + 32 + 40,
  },
  "a GSO packet with extension headers": {
    frame: ethernet(ipv6({}, extension(Protocol.DESTINATION, tcp({}, 2000), 16))),
    metadata: { gsoSize: 1000, gsoSegs: 2 },
    more: TCP6 + 16,
  },
  "a GSO packet with a VLAN tag": {
    frame: ethernet(vlan(7, ipv4({}, tcp({}, 2000)))),
    metadata: { gsoSize: 1000, gsoSegs: 2 },
    more: TCP4 + 4,
  },
  "a GSO packet with two VLAN tags": {
    frame: ethernet(qinq(7, 8, ipv4({}, tcp({}, 2000)))),
    metadata: { gsoSize: 1000, gsoSegs: 2 },
    more: TCP4 + 8,
  },
  "BIG TCP, whose IPv4 header has no length": {
    frame: ethernet(ipv4({ totalLength: 0 }, tcp({}, 3000))),
    metadata: { gsoSize: 1000, gsoSegs: 3 },
    more: 2 * TCP4,
  },
  "a jumbogram, whose IPv6 header has no length": {
    frame: ethernet(ipv6({ payloadLength: 0 }, tcp({}, 3000))),
    metadata: { gsoSize: 1000, gsoSegs: 3 },
    more: 2 * TCP6,
  },
};

for (const [name, { frame, metadata, more = 0 }] of Object.entries(cases)) {
  Deno.test(`natra_shape and natra_guard charge what is on the wire of ${name}`, () => {
    using datapath = Datapath.shipped();
    datapath.shape(frame, metadata);
    datapath.guard(frame, metadata);
    const { light_bytes, heavy_bytes, guard_bytes } = datapath.stats();
    const wire = frame.length + more;
    assertEquals({ shape: light_bytes + heavy_bytes, guard: guard_bytes }, { shape: wire, guard: wire });
  });
}

Deno.test("natra_shape charges a VLAN tag that stands beside the packet", () => {
  using datapath = Datapath.shipped();
  using tagged = loadObject("tests/bpf/tagged.bpf.c", compile("tests/bpf/tagged.bpf.c"), {
    programs: ["tagged"],
  });
  using maps = programMaps(tagged.programFd("tagged"));
  const next = new Uint8Array(new Int32Array([datapath.programFd("natra_shape")]).buffer);
  writeEntry(maps.fds.get("next") ?? -1, new Uint8Array(4), next);
  const frame = flow(1, 1000);
  assertEquals(progRun(tagged.programFd("tagged"), frame).verdict, -1);
  assertEquals(datapath.stats().light_bytes, frame.length + 4);
});

Deno.test("natra_shape passes and charges every frame of any content, exactly", () => {
  using datapath = Datapath.clocked();
  const types = fc.constantFrom(...Object.values(EtherType), 0x88cc, 0, 0xffff);
  // The first byte chooses the IP version and its header's length: often a right one, so that what follows is
  // read too.
  const first = fc.constantFrom(0x45, 0x46, 0x4f, 0x60, 0x40, 0xff);
  const content = fc.uint8Array({ minLength: 1, maxLength: 300 });
  let at = START;
  fc.assert(
    fc.property(types, first, content, (type, start, bytes) => {
      bytes[0] = start;
      const layer = raw(type, bytes);
      const frame = ethernet(bytes.length < 40 ? vlan(7, layer) : layer); // see above
      const before = datapath.stats();
      const { verdict, data } = datapath.shape(frame, { at: at += 1_000_000n });
      const after = datapath.stats();
      const charged = after.light_bytes + after.heavy_bytes - before.light_bytes - before.heavy_bytes;
      assertEquals({ verdict, charged, data }, { verdict: -1, charged: frame.length, data: frame });
    }),
    { numRuns: IN_GUEST ? 500 : 3000 },
  );
});

function pad(frame: Uint8Array<ArrayBuffer>, bytes: number): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(bytes);
  padded.set(frame);
  return padded;
}
