import { Handle } from "../../src/natra/datapath/handles.ts";
import { assertEquals } from "@std/assert";
import { PACER_KINDS } from "../../src/natra/limits/fields.ts";
import { constants } from "../../src/natra/datapath/layout.ts";
import { Datapath, type DatapathOptions } from "./datapath.ts";
import { ethernet } from "./packet/ethernet.ts";
import { ipv4, ipv6 } from "./packet/ip.ts";
import { Flag, tcp } from "./packet/transport.ts";
import { flow, FULL_FRAME, MS, SECOND, START, steady } from "./traffic.ts";

const NEXT = -1;
const CREDIT = 8; // packets of 1514 bytes that are below every threshold and credit here

for (const pacer of PACER_KINDS) {
  Deno.test(`natra_shape with ${pacer} lets the next program decide on light and heavy packets`, () => {
    using datapath = Datapath.clocked({ pacer, limit: { rate: 100_000_000n, threshold: 5000n } });
    const verdicts = Array.from({ length: CREDIT }, () => datapath.shape(flow(1), { at: START }).verdict);
    const { light_packets, heavy_packets } = datapath.stats();
    assertEquals({ verdicts: new Set(verdicts), light_packets, heavy_packets }, {
      verdicts: new Set([NEXT]),
      light_packets: 3,
      heavy_packets: CREDIT - 3,
    });
  });
}

const pureAck = ethernet(ipv4({}, tcp({}, 0)));

/** The classes of a light, a heavy and an acknowledging packet. */
function classes(options: DatapathOptions): Record<"light" | "heavy" | "ack", number> {
  using datapath = Datapath.clocked(options);
  const light = datapath.shape(flow(1), { at: START }).priority;
  const heavy = datapath.shape(flow(2), { at: START, repeat: 100 }).priority;
  const ack = datapath.shape(pureAck, { at: START }).priority;
  return { light, heavy, ack };
}

Deno.test("natra_shape chooses a class of HTB for light, heavy and acknowledging packets", () => {
  assertEquals(classes({}), { light: Handle.LIGHT, heavy: Handle.HEAVY, ack: Handle.ACK });
});

Deno.test("natra_shape sends light packets to the free class if they are free", () => {
  assertEquals(classes({ limit: { mice: "free" } }), {
    light: Handle.FREE,
    heavy: Handle.HEAVY,
    ack: Handle.FREE,
  });
});

for (const pacer of ["edt", "police"] as const) {
  Deno.test(`natra_shape with ${pacer} leaves the priority as it is`, () => {
    assertEquals(classes({ pacer }), { light: 0, heavy: 0, ack: 0 });
  });
}

const others = {
  "carries data": ethernet(ipv4({}, tcp({}, 1))),
  "opens a connection": ethernet(ipv4({}, tcp({ flags: Flag.SYN | Flag.ACK }, 0))),
  "ends a connection": ethernet(ipv4({}, tcp({ flags: Flag.FIN | Flag.ACK }, 0))),
  "resets a connection": ethernet(ipv4({}, tcp({ flags: Flag.RST | Flag.ACK }, 0))),
  "does not say how long it is": ethernet(ipv4({ totalLength: 0 }, tcp({}, 0))),
};
for (const [name, packet] of Object.entries(others)) {
  Deno.test(`natra_shape does not take for a pure acknowledgement what ${name}`, () => {
    using datapath = Datapath.shipped();
    assertEquals(datapath.shape(packet).priority, Handle.LIGHT);
  });
}

const padded = new Uint8Array(60);
padded.set(ethernet(ipv4({}, tcp({ options: 0 }, 0))));
const acks = {
  "padded by Ethernet": padded,
  "over IPv6": ethernet(ipv6({}, tcp({}, 0))),
  "with ECN's echo": ethernet(ipv4({}, tcp({ flags: Flag.ACK | Flag.ECE }, 0))),
};
for (const [name, packet] of Object.entries(acks)) {
  Deno.test(`natra_shape knows a pure acknowledgement ${name}`, () => {
    using datapath = Datapath.shipped();
    assertEquals(datapath.shape(packet).priority, Handle.ACK);
  });
}

Deno.test("natra_shape puts pure acknowledgements first up to a tenth of the limit", () => {
  using datapath = Datapath.clocked();
  const { rate } = datapath.limit;
  const span = 2n * SECOND;
  const flood = rate / 2n;
  for (const at of steady(flood, pureAck.length, span)) datapath.shape(pureAck, { at });
  const first = datapath.stats().ack_packets * pureAck.length;
  const tenth = Number(rate / 8n / 10n * (span + 20n * MS) / SECOND);
  assertEquals([first <= tenth + pureAck.length, first >= 0.99 * tenth], [true, true]);
});

Deno.test("a heavy flow goes before older ones in its first bytes, and again after a second's pause", () => {
  using datapath = Datapath.clocked();
  const classAfter = (bytes: number, at: bigint): number =>
    datapath.shape(flow(1), { at, repeat: Math.ceil(bytes / FULL_FRAME) }).priority;
  assertEquals(classAfter(60_000, START), Handle.YOUNG);
  assertEquals(classAfter(constants.YOUNG_BYTES, START), Handle.HEAVY);
  assertEquals(classAfter(60_000, START + 2n * SECOND), Handle.YOUNG);
});

Deno.test("a heavy flow is light again only in a pause that is longer than its packets wait", () => {
  using datapath = Datapath.clocked();
  // Another heavy flow keeps the queue long, and light packets come without a pause.
  const slow: bigint[] = [];
  for (let at = START; at < START + 2n * SECOND; at += 20n * MS) {
    datapath.shape(flow(2), { at, repeat: 20 });
    const { priority } = datapath.shape(flow(1, 100), { at, repeat: at === START ? 200 : 1 });
    if (priority === Handle.LIGHT) slow.push(at);
  }
  assertEquals(slow, []);
  assertEquals(datapath.shape(flow(1, 100), { at: START + 4n * SECOND }).priority, Handle.LIGHT);
});
