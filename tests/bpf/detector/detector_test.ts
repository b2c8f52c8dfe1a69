import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { detect, total } from "./detect.ts";
import { arrivals, fairShare, random, zipfFlows } from "./zipf.ts";

const DEFAULT = { width: 1024, depth: 4 };
const RECALL = 0.999, MISTAKES = 0.01;

for (
  const [flows, limit, seeds] of [[10, 1e7, 20], [100, 1e7, 3], [1000, 1e8, 3], [10_000, 1e9, 1]] as const
) {
  Deno.test(`the default sketch finds the large ones of ${flows} flows, and takes no small one for large`, () => {
    const found = total(
      Array.from({ length: seeds }, (_, seed) => detect({ ...DEFAULT, flows, limit, seed: seed + 1 })),
    );
    assert(found.large > 0 && (found.small > 0 || flows === 10), JSON.stringify(found));
    assert(found.recalled >= RECALL * found.large, JSON.stringify(found));
    assert(found.mistaken <= MISTAKES * found.small, JSON.stringify(found));
  });
}

Deno.test("a sketch that is far too small takes small flows for large", () => {
  const trial = { flows: 10_000, limit: 1e8, seed: 1 };
  const wide = detect({ ...trial, width: 4096, depth: 4 }),
    narrow = detect({ ...trial, width: 64, depth: 1 });
  assert(narrow.mistaken > 10 * wide.mistaken, JSON.stringify({ narrow, wide }));
});

Deno.test("zipfFlows() gives the k-th flow a k-th of the first at exponent 1", () => {
  const flows = zipfFlows(10, 1, 1e6, 300e6);
  assertAlmostEquals((flows[0]?.rate ?? 0) / (flows[4]?.rate ?? 0), 5, 1e-9);
  assertAlmostEquals(flows.reduce((sum, { rate }) => sum + rate, 0), 1e6, 1);
});

Deno.test("arrivals() keeps each flow's rate, in order, the same for the same seed", () => {
  const flows = zipfFlows(20, 1.2, 1e6, 300e6);
  const packets = arrivals(flows, 3e9, random(1));
  assertEquals(arrivals(flows, 3e9, random(1)), packets);
  assert(packets.every(({ at }, i) => i === 0 || at >= (packets[i - 1]?.at ?? 0)));
  const first = packets.filter(({ flow }) => flow === 0).length;
  assertAlmostEquals(first * (flows[0]?.bytes ?? 0) / 3, flows[0]?.rate ?? 0, 1514);
});

Deno.test("fairShare() gives what small flows leave to the large ones", () => {
  assertEquals(fairShare([1, 2, 10, 10], 13), 5);
  assertEquals(fairShare([4, 4, 4], 6), 2);
  assertEquals(fairShare([1, 2, 3], 7), Infinity);
});
