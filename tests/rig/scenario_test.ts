import { assert, assertEquals, assertRejects } from "@std/assert";
import { leastWhile } from "./host_load.ts";
import type { Limit, Limiter } from "./limiter.ts";
import { HOST_VETH, type Pod, POD_INTERFACE } from "./pod.ts";
import { measure } from "./scenario.ts";
import { prepareTools } from "./tools.ts";

const DIRECTORY = new URL("../../build/rig", import.meta.url).pathname;
const tools = await prepareTools({ directory: DIRECTORY });

/** The kernel's own token buckets, to measure the rig itself by: nobody doubts what they let through. */
const tokenBuckets: Limiter = {
  name: "tbf",
  async limit(pod: Pod, rate: number): Promise<Limit> {
    for (const [namespace, link] of [[pod.node, HOST_VETH], [pod.pod, POD_INTERFACE]] as const) {
      const bucket = ["tbf", "rate", `${rate}bit`, "burst", "25kb", "latency", "50ms"];
      await namespace.run(["tc", "qdisc", "add", "dev", link, "root", ...bucket]);
    }
    return { stderr: "", [Symbol.asyncDispose]: () => Promise.resolve() };
  },
};

function assertBetween(min: number, value: number, max: number): void {
  assert(value >= min && value <= max, `${value} is not between ${min} and ${max}`);
}

Deno.test("measure() reads a token bucket's rate off the wire, both ways, TCP and UDP, IPv4 and IPv6", async () => {
  const measurement = await measure({
    ...{ limiter: tokenBuckets, rate: 20e6, warmup: 1.5, seconds: 2 },
    elephants: [
      { direction: "ingress", ipVersion: 6 },
      { direction: "egress", protocol: "udp", bitrate: 40e6 },
    ],
    requests: { perSecond: 20, bytes: 6144, seed: 1 },
  }, tools);
  const { host } = measurement;
  for (const { percent, worstSecondPercent } of [measurement.ingress, measurement.egress]) {
    assertBetween(leastWhile(98, host), percent, 102);
    assert(worstSecondPercent >= percent && worstSecondPercent < 104, `${worstSecondPercent} %`);
  }
  assert(measurement.requests!.p50! > 5, "requests behind a full queue are slow");
  const [tcp, udp] = measurement.elephants;
  assertEquals([tcp!.congestionControl, udp!.congestionControl], ["cubic", null]);
  assertBetween(leastWhile(0.8, host), tcp!.goodput! / 20e6, 1);
  assertBetween(leastWhile(0.7, host), udp!.goodput! / 20e6, 1);
});

Deno.test("measure() counts nothing twice while it waits for requests longer than the meter holds", async () => {
  const flood = { protocol: "udp", bitrate: 40e6 } as const;
  const short = await prepareTools({ directory: DIRECTORY, meterSeconds: 2 });
  const swallowing: Limiter = {
    name: "tbf, and a hole for IPv6",
    async limit(pod: Pod, rate: number): Promise<Limit> {
      await pod.node.run(["ip", "route", "add", "blackhole", `${pod.addresses.pod.v6}/128`]);
      return await tokenBuckets.limit(pod, rate);
    },
  };
  const { ingress, egress, requests, host } = await measure({
    ...{ limiter: swallowing, rate: 20e6, warmup: 1, seconds: 1 },
    elephants: [{ direction: "ingress", ...flood }, { direction: "egress", ...flood }],
    requests: { perSecond: 20, bytes: 6144, seed: 1, timeout: 4, ipVersion: 6 },
  }, short);
  assertEquals(requests!.bad, requests!.count);
  for (const { percent } of [ingress, egress]) assertBetween(leastWhile(96, host), percent, 104);
});

Deno.test("measure() starts elephants after the requests where it is told to", async () => {
  const { ingress, elephants, host } = await measure({
    ...{ limiter: tokenBuckets, rate: 20e6, warmup: 0.5, seconds: 2, elephantsAfter: 1.5 },
    elephants: [{ direction: "ingress", streams: 5 }],
    requests: { perSecond: 20, bytes: 1000, seed: 1 },
  }, tools);
  assertEquals(elephants.length, 1);
  assertBetween(leastWhile(20, host), ingress.percent, 75); // of two seconds, one of them empty
});

Deno.test("measure() refuses to measure less than a second, or more than the meter holds", async () => {
  const scenario = { limiter: null, rate: 1e6, elephants: [], requests: null, warmup: 0 };
  await assertRejects(() => measure({ ...scenario, seconds: 0.5 }, tools), RangeError, '"0.5"');
  await assertRejects(() => measure({ ...scenario, seconds: 400 }, tools), RangeError, '"400"');
});
