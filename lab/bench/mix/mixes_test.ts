import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { RequestLoad, ScheduledLoad } from "../../../tests/rig/requests.ts";
import { requestsPerSecond, wireBytes, wireBytesKeptAlive } from "./load.ts";
import { MIXES } from "./mixes.ts";
import { secondsFor } from "./run_mix.ts";

const requestsOf = (number: number, rate: number): RequestLoad =>
  MIXES.find((mix) => mix.number === number)!.traffic(rate, 1).requests;
const scheduled = (number: number, rate: number): ScheduledLoad => {
  const load = requestsOf(number, rate);
  if ("clients" in load) throw new Error(`Mix ${number} has no schedule`);
  return load;
};

Deno.test("every mix has elephants both ways or none, goals, and requests on the seed that it is given", () => {
  for (const { name, rate, traffic, goals } of MIXES) {
    const { elephants, requests } = traffic(rate ?? 10e6, 7);
    const directions = (wanted: string): number =>
      elephants.filter(({ direction }) => direction === wanted).length;
    assertEquals(directions("ingress"), directions("egress"), name);
    assert(goals.length > 0, name);
    if ("seed" in requests) assertEquals(requests.seed, 7, name);
  }
});

Deno.test("requestsPerSecond() is a fifth of the cap, and at most 200", () => {
  assertAlmostEquals(requestsPerSecond(10e6, 6144) * wireBytes(6144) * 8, 2e6, 1);
  assertEquals(requestsPerSecond(1e9, 6144), 200);
});

Deno.test("40 connections that live on carry half a percent of the cap each, whatever the cap", () => {
  for (const rate of [10e6, 1e9]) {
    const { perSecond, bytes, keepAlive } = scheduled(7, rate);
    assertAlmostEquals(Number(perSecond) * wireBytesKeptAlive(bytes) * 8 / keepAlive! / rate, 0.005, 1e-9);
  }
});

Deno.test("floods are twice the cap; fifty flows are half as much again", () => {
  const total = (number: number): number =>
    MIXES.find((mix) => mix.number === number)!.traffic(10e6, 1).elephants
      .filter(({ direction }) => direction === "egress")
      .reduce((sum, { bitrate = 0, streams = 1 }) => sum + bitrate * streams, 0);
  assertEquals([total(2), total(4), total(5)], [20e6, 20e6, 15e6]);
});

Deno.test("a step ends at 85 % of the cap, unless nobody could ask so often", () => {
  const [low, high] = [scheduled(9, 10e6).perSecond].flat();
  assertAlmostEquals(high! / low!, 4.25, 1e-9);
  assert(Math.max(...[scheduled(9, 10e9).perSecond].flat()) <= 2000);
});

Deno.test("secondsFor() makes room for a thousand requests in all rounds, within bounds", () => {
  const [first] = MIXES;
  const perSecond = requestsPerSecond(10e6, 6144);
  assert(secondsFor(first!, 10e6, 3) * 3 * perSecond >= 1000);
  assertEquals(secondsFor(first!, 1e9, 3), 10);
  assertEquals(secondsFor(first!, 1e6, 1), 120);
});
