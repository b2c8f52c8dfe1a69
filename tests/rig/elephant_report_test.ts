import { assertEquals } from "@std/assert";
import { readReports } from "./elephant_report.ts";

const interval = (start: number, bytes: number): unknown => ({ sum: { start, seconds: 0.5, bytes } });
const sent = JSON.stringify({ end: { sender_tcp_congestion: "cubic", sum_sent: { retransmits: 3 } } });
const received = JSON.stringify({
  intervals: [interval(0, 9e9), interval(0.5, 9e9), interval(1, 100), interval(1.5, 300)],
});

Deno.test("readReports() leaves out the warm-up", () => {
  assertEquals(readReports({ direction: "ingress" }, 1, sent, received), {
    ...{ direction: "ingress", protocol: "tcp", congestionControl: "cubic" },
    ...{ goodput: 3200, retransmits: 3 },
  });
});

Deno.test("readReports() gives null for what broken-off reports do not say", () => {
  for (const report of ["", "{", "{}", '{"intervals":[]}']) {
    assertEquals(readReports({ direction: "egress", protocol: "udp" }, 1, report, report), {
      ...{ direction: "egress", protocol: "udp", congestionControl: null },
      ...{ goodput: null, retransmits: null },
    });
  }
});
