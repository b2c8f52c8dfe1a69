import { assertEquals, assertRejects } from "@std/assert";
import { runInLanes } from "./lanes.ts";

Deno.test("runInLanes() keeps the order, and runs no more at a time than there are lanes", async () => {
  const begun: number[] = [];
  let running = 0, most = 0;
  await runInLanes([30, 1, 1, 1, 1], 2, async (ms) => {
    begun.push(ms);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, ms));
    running--;
  });
  assertEquals([begun, most, running], [[30, 1, 1, 1, 1], 2, 0]);
});

Deno.test("runInLanes() begins nothing after a failure, and waits for what has begun", async () => {
  const ended: string[] = [];
  const run = async (name: string): Promise<void> => {
    if (name === "bad") throw new Error("bad");
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(name);
  };
  await assertRejects(() => runInLanes(["slow", "bad", "late"], 2, run), Error, "bad");
  assertEquals(ended, ["slow"]);
});
