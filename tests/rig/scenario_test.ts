import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
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

Deno.test("measure() reads a token bucket's rate off the wire, both ways, TCP and UDP, IPv4 and IPv6", async () => {
  const measurement = await measure({
    ...{ limiter: tokenBuckets, rate: 20e6, warmup: 1.5, seconds: 2 },
    elephants: [
      { direction: "ingress", ipVersion: 6 },
      { direction: "egress", protocol: "udp", bitrate: 40e6 },
    ],
    requests: { perSecond: 20, bytes: 6144, seed: 1 },
  }, tools);
  for (const { percent, worstSecondPercent } of [measurement.ingress, measurement.egress]) {
    assertAlmostEquals(percent, 100, 2);
    assert(worstSecondPercent >= percent && worstSecondPercent < 104, `${worstSecondPercent} %`);
  }
  assert(measurement.requests!.p50! > 5, "requests behind a full queue are slow");
  const [tcp, udp] = measurement.elephants;
  assertEquals([tcp!.congestionControl, udp!.congestionControl], ["cubic", null]);
  assertAlmostEquals(tcp!.goodput! / 20e6, 0.9, 0.1);
  assertAlmostEquals(udp!.goodput! / 20e6, 0.85, 0.15);
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
  const { ingress, egress, requests } = await measure({
    ...{ limiter: swallowing, rate: 20e6, warmup: 1, seconds: 1 },
    elephants: [{ direction: "ingress", ...flood }, { direction: "egress", ...flood }],
    requests: { perSecond: 20, bytes: 6144, seed: 1, timeout: 4, ipVersion: 6 },
  }, short);
  assertEquals(requests!.bad, requests!.count);
  assertAlmostEquals(ingress.percent, 100, 4);
  assertAlmostEquals(egress.percent, 100, 4);
});

Deno.test("measure() starts elephants after the requests where it is told to", async () => {
  const { ingress, elephants } = await measure({
    ...{ limiter: tokenBuckets, rate: 20e6, warmup: 0.5, seconds: 2, elephantsAfter: 1.5 },
    elephants: [{ direction: "ingress", streams: 5 }],
    requests: { perSecond: 20, bytes: 1000, seed: 1 },
  }, tools);
  assertEquals(elephants.length, 1);
  assert(
    ingress.percent > 20 && ingress.percent < 75,
    `${ingress.percent} % of two seconds, one of them empty`,
  );
});

Deno.test("measure() refuses to measure less than a second, or more than the meter holds", async () => {
  const scenario = { limiter: null, rate: 1e6, elephants: [], requests: null, warmup: 0 };
  await assertRejects(() => measure({ ...scenario, seconds: 0.5 }, tools), RangeError, '"0.5"');
  await assertRejects(() => measure({ ...scenario, seconds: 400 }, tools), RangeError, '"400"');
});
