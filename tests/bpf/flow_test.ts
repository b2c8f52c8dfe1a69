/** Which packets are one flow: they are charged to the same cells of the sketch, and others are not. */
import { assertEquals, assertNotEquals } from "@std/assert";
import { Datapath } from "./datapath.ts";
import { ethernet, qinq, vlan } from "./packet/ethernet.ts";
import { authentication, extension, fragment, ipip, ipv4, ipv6, Protocol } from "./packet/ip.ts";
import type { Layer } from "./packet/layer.ts";
import { Flag, icmp, icmpv6, rest, sctp, tcp, udp } from "./packet/transport.ts";

const { HOP_BY_HOP, ROUTING, DESTINATION, UDP } = Protocol;
const hopByHop = (inner: Layer): Layer => extension(HOP_BY_HOP, inner);
const routing = (inner: Layer): Layer => extension(ROUTING, inner, 24);
const destination = (inner: Layer): Layer => extension(DESTINATION, inner, 16);

const same: Readonly<Record<string, readonly Layer[]>> = {
  "the fragments of an IPv4 datagram": [
    ipv4({ moreFragments: true }, udp({}, 1472)),
    ipv4({ moreFragments: true, offset: 1480 }, rest(UDP, 1480)),
    ipv4({ offset: 2960 }, rest(UDP, 20)),
  ],
  "the fragments of an IPv6 datagram": [
    ipv6({}, fragment(0, true, udp({}, 1440))),
    ipv6({}, fragment(1448, true, rest(UDP, 1448))),
    ipv6({}, fragment(2896, false, rest(UDP, 3))),
  ],
  "the fragments of an IPv6 datagram behind extension headers": [
    ipv6({}, hopByHop(fragment(0, true, udp({}, 1440)))),
    ipv6({}, hopByHop(fragment(1448, false, rest(UDP, 3)))),
  ],
  "an IPv6 datagram with and without extension headers": [
    ipv6({}, udp({}, 100)),
    ipv6({}, hopByHop(udp({}, 100))),
    ipv6({}, routing(udp({}, 100))),
    ipv6({}, destination(udp({}, 100))),
    ipv6({}, authentication(udp({}, 100))),
    ipv6({}, fragment(0, false, udp({}, 100))),
    ipv6({}, hopByHop(destination(routing(fragment(0, false, authentication(destination(udp({}, 100)))))))),
  ],
  "a datagram with and without VLAN tags": [
    ipv4({}, udp({}, 100)),
    vlan(7, ipv4({}, udp({}, 100))),
    qinq(7, 8, ipv4({}, udp({}, 100))),
  ],
  "a datagram with and without IPv4 options": [ipv4({}, udp({}, 100)), ipv4({ options: 16 }, udp({}, 9))],
  "a TCP connection's packets": [
    ipv4({}, tcp({ flags: Flag.SYN }, 0)),
    ipv4({}, tcp({}, 1000)),
    ipv4({ ecn: 1 }, tcp({ flags: Flag.ACK | Flag.FIN, options: 0 }, 0)),
  ],
};

for (const [name, layers] of Object.entries(same)) {
  Deno.test(`natra_shape charges ${name} to one flow`, () => {
    using datapath = Datapath.shipped();
    const [first = [], ...others] = layers.map((layer) => datapath.placement(ethernet(layer)));
    assertEquals(first.length, datapath.limit.depth);
    for (const other of others) assertEquals(other, first);
  });
}

const base = { sport: 1000, dport: 2000 };
const different: Readonly<Record<string, readonly [Layer, Layer]>> = {
  "two source ports": [ipv4({}, udp(base, 1)), ipv4({}, udp({ ...base, sport: 1001 }, 1))],
  "two destination ports": [ipv4({}, udp(base, 1)), ipv4({}, udp({ ...base, dport: 2001 }, 1))],
  "ports the other way round": [ipv4({}, udp(base, 1)), ipv4({}, udp({ sport: 2000, dport: 1000 }, 1))],
  "two source addresses": [ipv4({}, udp(base, 1)), ipv4({ from: 9 }, udp(base, 1))],
  "two destination addresses": [ipv4({}, udp(base, 1)), ipv4({ to: 9 }, udp(base, 1))],
  "addresses the other way round": [ipv4({}, udp(base, 1)), ipv4({ from: 2, to: 1 }, udp(base, 1))],
  "two IPv6 source addresses": [ipv6({}, udp(base, 1)), ipv6({ from: 9 }, udp(base, 1))],
  "two IPv6 destination addresses": [ipv6({}, udp(base, 1)), ipv6({ to: 9 }, udp(base, 1))],
  "TCP and UDP": [ipv4({}, tcp({ ...base, flags: Flag.SYN }, 1)), ipv4({}, udp(base, 1))],
  "UDP and SCTP": [ipv4({}, udp(base, 1)), ipv4({}, sctp(base, 1))],
  "ICMP and ICMPv6": [ipv4({}, icmp(1)), ipv6({}, icmpv6(1))],
  "a tunnel and what it carries": [ipv4({}, ipip(ipv4({}, udp(base, 1)))), ipv4({}, udp(base, 1))],
  "ports behind IPv6 extension headers": [
    ipv6({}, hopByHop(destination(udp(base, 1)))),
    ipv6({}, hopByHop(destination(udp({ ...base, sport: 1001 }, 1)))),
  ],
  "SCTP's ports": [ipv4({}, sctp(base, 1)), ipv4({}, sctp({ ...base, dport: 2001 }, 1))],
};

for (const [name, [one, other]] of Object.entries(different)) {
  Deno.test(`natra_shape tells flows apart by ${name}`, () => {
    using datapath = Datapath.shipped();
    assertNotEquals(datapath.placement(ethernet(one)), datapath.placement(ethernet(other)));
  });
}
