import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { randomFor } from "./random.ts";

const take = (seed: number, stream: number): number[] => {
  const random = randomFor(seed, stream);
  return Array.from({ length: 2000 }, () => random.next());
};

Deno.test("randomFor() repeats itself for the same seed and pod, and for no other", () => {
  assertEquals(take(1, 7), take(1, 7));
  assertNotEquals(take(1, 7), take(1, 8));
  assertNotEquals(take(1, 7), take(2, 7));
});

Deno.test("randomFor() spreads over 0 to 1 evenly", () => {
  const tenths = new Array<number>(10).fill(0);
  for (const value of take(3, 0)) tenths[Math.floor(value * 10)]!++;
  assert(tenths.every((count) => count > 140 && count < 260), `${tenths}`);
});

Deno.test("chance() never happens at 0 and always at 1", () => {
  const random = randomFor(5, 0);
  for (let i = 0; i < 200; i++) assertEquals([random.chance(0), random.chance(1)], [false, true]);
});
