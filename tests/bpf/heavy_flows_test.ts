import { Handle } from "../../src/natra/datapath/handles.ts";
import { assert, assertEquals } from "@std/assert";
import { Datapath } from "./datapath.ts";
import { Protocol } from "./packet/ip.ts";
import { flow, FULL_FRAME, MS, portOf, SECOND, START } from "./traffic.ts";

/** Entries of the heavy flows' map. */
const REMEMBERED = 128;

Deno.test("the heavy flows' map tells whose, how much and since when", () => {
  using datapath = Datapath.clocked();
  datapath.shape(flow(7), { at: START, repeat: 100 });
  datapath.shape(flow(7), { at: START + 100n * MS });
  const { heavy_packets } = datapath.stats();
  assertEquals(datapath.flows(), [{
    sport: portOf(7),
    dport: 2000,
    protocol: Protocol.UDP,
    since: START,
    last: START + 100n * MS,
    bytes: heavy_packets * FULL_FRAME,
    drops: 0,
    marks: 0,
  }]);
});

Deno.test("the heavy flows' map restarts the flow's beginning after a second's pause", () => {
  using datapath = Datapath.clocked();
  for (const at of [START, START + 2n * SECOND]) datapath.shape(flow(7), { at, repeat: 100 });
  assertEquals(datapath.flows().map(({ since }) => since), [START + 2n * SECOND]);
});

Deno.test("the heavy flows' map does not know light flows", () => {
  using datapath = Datapath.clocked();
  for (let number = 0; number < 50; number++) datapath.shape(flow(number, 100), { at: START });
  assertEquals(datapath.flows(), []);
});

Deno.test("the heavy flows' map is bounded, and a flow that it forgot is heavy all the same", () => {
  using datapath = Datapath.clocked({ limit: { width: 8192 } });
  const flows = 4 * REMEMBERED;
  for (let number = 0; number < flows; number++) datapath.shape(flow(number), { at: START, repeat: 30 });
  const remembered = datapath.flows();
  // The kernel's lists are per processor, so that a few entries may lie idle.
  assert(remembered.length <= REMEMBERED && remembered.length >= REMEMBERED / 2, `${remembered.length}`);
  const ports = new Set(remembered.map(({ sport }) => sport));
  assert(ports.has(portOf(flows - 1)), "the last flow is not remembered");
  const forgotten = Array.from({ length: flows }, (_, number) => number).filter((n) => !ports.has(portOf(n)));
  for (const number of forgotten.slice(0, 20)) {
    assertEquals(datapath.shape(flow(number), { at: START + MS }).priority, Handle.YOUNG);
  }
});
