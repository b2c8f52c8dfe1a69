import { Handle } from "../../src/natra/datapath/handles.ts";
import { assert, assertEquals } from "@std/assert";
import { Datapath, type DatapathOptions } from "./datapath.ts";
import { flow, FULL_FRAME, MS, SECOND, START } from "./traffic.ts";

const CALM = { calm: true, limit: { rate: 100_000_000n } } as const; // a full frame takes 121 µs, and the credit is 2 ms
const OF_A_CREDIT = 16; // full frames
/** What a busy machine's HTB may be late by, and more. */
const SETTLED = 31n * MS;

/** The classes that packets of one flow get, one at each of some times. */
function classesAt(datapath: Datapath, times: readonly bigint[]): number[] {
  return times.map((at) => datapath.shape(flow(1), { at }).priority);
}

Deno.test("a pod that has most of its credit is not sorted, and its packets are charged and counted", () => {
  using datapath = Datapath.clocked(CALM);
  const times = Array.from({ length: 100 }, (_, i) => START + BigInt(i) * MS);
  assertEquals(new Set(classesAt(datapath, times)), new Set([Handle.ROOT]));
  const { light_packets, light_bytes } = datapath.stats();
  assertEquals({ light_packets, light_bytes }, { light_packets: 100, light_bytes: 100 * FULL_FRAME });
  assertEquals(datapath.charged("pod"), 100n * 121_120n);
  assert(datapath.cells().every((cell) => cell === 0n));
});

Deno.test("what a pod sends at once is sorted from half of its credit on", () => {
  using datapath = Datapath.clocked(CALM);
  const classes = classesAt(datapath, Array.from({ length: OF_A_CREDIT }, () => START));
  const calm = classes.filter((id) => id === Handle.ROOT).length;
  assertEquals(calm, OF_A_CREDIT / 2);
  assertEquals(classes.slice(0, calm), Array.from({ length: calm }, () => Handle.ROOT));
});

Deno.test("a pod is calm again when all that waits has left its queue, however late that is, and not before", () => {
  using datapath = Datapath.clocked(CALM);
  datapath.shape(flow(1), { at: START, repeat: 100 });
  const waits = 100n * 121_120n - 2n * MS; // what came is not all charged: heavy packets find the leaf full
  const [soon, later] = [START + 2n * waits + 20n * MS, START + 2n * waits + SETTLED];
  assertEquals(classesAt(datapath, [soon, later]).map((id) => id === Handle.ROOT), [false, true]);
});

Deno.test("a packet that needs more of the credit than that is sorted", () => {
  using datapath = Datapath.clocked({ calm: true, limit: { rate: 10_000_000n } }); // a full frame takes 1.2 ms
  assertEquals(datapath.shape(flow(1), { at: START }).priority, Handle.LIGHT);
  assertEquals(datapath.shape(flow(1, 500), { at: START + SECOND }).priority, Handle.ROOT);
});

const never: Readonly<Record<string, DatapathOptions["limit"]>> = {
  "whose heavy flows have a bucket each": { bucket: "flow" },
  "whose light flows are free": { mice: "free" },
};
for (const [name, limit] of Object.entries(never)) {
  Deno.test(`a pod ${name} is never calm`, () => {
    using datapath = Datapath.clocked({ ...CALM, limit: { ...CALM.limit, ...limit } });
    assertEquals(classesAt(datapath, [START])[0] === Handle.ROOT, false);
  });
}
