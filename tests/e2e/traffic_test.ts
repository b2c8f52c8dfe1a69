/**
 * Real traffic through a limit of 10M, measured in wire bytes at the receivers. Whether the cap holds is all
 * that these few seconds on a shared machine can say; how well it holds, and how quick small flows stay, is
 * the benchmark's.
 */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import type { JsonObject } from "../rig/cni.ts";
import type { ElephantSpec } from "../rig/elephant.ts";
import { type Limit, type Limiter, natraLimiter } from "../rig/limiter.ts";
import type { Namespace } from "../rig/namespace.ts";
import { HOST_VETH, POD_INTERFACE } from "../rig/pod.ts";
import { measure, type Measurement } from "../rig/scenario.ts";
import { leastWhile } from "../rig/host_load.ts";
import { prepareTools } from "../rig/tools.ts";
import { device } from "../rig/observed.ts";
import { annotated, NATRA } from "../rig/scene.ts";

const RATE = 10_000_000;
const WARMUP = 1.5;
const SECONDS = 3;

const RIG = new URL("../../build/rig", import.meta.url).pathname;

/** natra by these keys of its configuration. Its log goes to stderr alone: /proc takes no files. */
const natra = (conf: JsonObject = {}): Limiter => natraLimiter(NATRA, "/proc/natra.log", conf);

/** natra by an annotation in the JSON form for both directions. */
function natraBy(limit: JsonObject): Limiter {
  const text = JSON.stringify({ rate: RATE, ...limit });
  return natra(annotated({ "natra.io/ingress-bandwidth": text, "natra.io/egress-bandwidth": text }));
}

const bothWays = (spec: Omit<ElephantSpec, "direction">): ElephantSpec[] => [
  { direction: "ingress", ...spec },
  { direction: "egress", ...spec },
];
const FLOOD = { protocol: "udp", bitrate: 2 * RATE } as const;

async function under(
  limiter: Limiter,
  elephants: readonly ElephantSpec[],
  requests = 0,
  seconds = SECONDS,
): Promise<Measurement> {
  return await measure({
    limiter,
    rate: RATE,
    elephants,
    requests: requests === 0 ? null : { perSecond: requests, bytes: 6000, seed: 1 },
    warmup: WARMUP,
    seconds,
  }, await prepareTools({ directory: RIG }));
}

function assertBetween(least: number, percent: number, most: number, what: string): void {
  assert(percent >= least && percent <= most, `${what}: ${percent.toFixed(1)} %, not ${least} to ${most} %`);
}

/** Asserts percentages of the cap in both directions. */
function assertHeld({ ingress, egress, host }: Measurement, least: number, most: number): void {
  const floor = leastWhile(least, host);
  assertBetween(floor, ingress.percent, most, "ingress");
  assertBetween(floor, egress.percent, most, "egress");
}

/** A flood is sent on time only by a machine that has time, and a policer gives nothing back. */
const LEAST = { tcp: 95, udp: 90 } as const;

const CASES: readonly (readonly [string, Limiter, ElephantSpec[]])[] = [
  ["a TCP elephant each way with tcx", natra({ attach: "tcx" }), bothWays({})],
  ["a TCP elephant each way with clsact", natra({ attach: "clsact" }), bothWays({})],
  ["a UDP flood of twice the cap each way", natra(), bothWays(FLOOD)],
  ["a TCP elephant each way over IPv6", natra(), bothWays({ ipVersion: 6 })],
  [
    "a UDP flood each way over IPv6 with clsact",
    natra({ attach: "clsact" }),
    bothWays({ ...FLOOD, ipVersion: 6 }),
  ],
  ["a UDP flood each way without a queue", natraBy({ pacer: "police" }), bothWays(FLOOD)],
];

for (const [what, limiter, elephants] of CASES) {
  Deno.test(`natra holds ${what} to the cap`, async () => {
    assertHeld(await under(limiter, elephants), LEAST[elephants[0]?.protocol ?? "tcp"], 105);
  });
}

Deno.test("natra holds requests and an elephant together to the cap where mice are charged", async () => {
  const measured = await under(natraBy({ mice: "charged" }), bothWays({}), 100);
  assertHeld(measured, 95, 105);
  assertEquals(measured.requests?.bad, 0);
});

Deno.test("natra gives each of two TCP elephants about half, and TCP beside a flood its share", async () => {
  const tcp = bothWays({}), flooded = [...bothWays(FLOOD), ...tcp];
  for (const [elephants, seconds] of [[[...tcp, ...tcp], 8], [flooded, 6]] as const) {
    const measured = await under(natra(), elephants, 0, seconds);
    const least = leastWhile(40, measured.host);
    for (const direction of ["ingress", "egress"]) {
      const each = measured.elephants.filter((one) => one.direction === direction).map(({ goodput }) =>
        goodput ?? 0
      );
      const sum = each.reduce((total, one) => total + one, 0);
      for (const goodput of each) {
        assertBetween(least, goodput / sum * 100, 100 - least, `an elephant's part of ${direction}`);
      }
    }
  }
});

Deno.test("natra lets requests pass beside the cap, and only them, where mice are free", async () => {
  const measured = await under(natraBy({ mice: "free" }), bothWays({}), 100);
  assertEquals(measured.requests?.bad, 0);
  // 100 requests a second of 6 KB are half of the cap; what is left is the elephant's.
  assertHeld(measured, 130, 165);
  const least = leastWhile(80, measured.host);
  for (const { direction, goodput } of measured.elephants) {
    assertBetween(least, (goodput ?? 0) / RATE * 100, 105, `the elephant's ${direction}`);
  }
});

Deno.test("natra gives each heavy flow the rate of its own where the bucket is the flow's", async () => {
  const measured = await under(natraBy({ bucket: "flow", pacer: "police" }), [
    ...bothWays(FLOOD),
    ...bothWays({ ...FLOOD, ipVersion: 6 }),
  ]);
  assertHeld(measured, 180, 210);
});

Deno.test("natra loses nothing of ten answers of 100 KB that begin in the same instant", async () => {
  let lost: number[] = [];
  const counting: Limiter = {
    name: "natra, and what its queue for young flows dropped",
    async limit(pod, rate): Promise<Limit> {
      const limit = await natra().limit(pod, rate);
      return {
        stderr: limit.stderr,
        [Symbol.asyncDispose]: async () => {
          lost = [await dropsOfYoung(pod.node, HOST_VETH), await dropsOfYoung(pod.pod, POD_INTERFACE)];
          await limit[Symbol.asyncDispose]();
        },
      };
    },
  };
  const measured = await measure({
    limiter: counting,
    rate: 20 * RATE,
    elephants: [],
    requests: { clients: 10, bytes: 100_000 },
    warmup: 0,
    seconds: 2,
  }, await prepareTools({ directory: RIG }));
  assertEquals(measured.requests?.bad, 0);
  assertEquals(lost, [0, 0]);
});

/** What a FIFO for young flows had no room for; fq_codel drops for reasons of its own. */
async function dropsOfYoung(namespace: Namespace, name: string): Promise<number> {
  const qdiscs = JSON.parse(await namespace.run(["tc", "-s", "-j", "qdisc", "show", "dev", name])) as {
    readonly kind: string;
    readonly handle: string;
    readonly drops: number;
  }[];
  const young = qdiscs.find(({ handle }) => handle === "6e67:");
  if (young === undefined) throw new Error(`"${name}" has no queue for young flows`);
  return young.kind === "bfifo" ? young.drops : 0;
}

Deno.test("the guard holds a pod that deleted its own queue", async () => {
  const deleting: Limiter = {
    name: "natra without the pod's queue",
    async limit(pod, rate): Promise<Limit> {
      const limit = await natra().limit(pod, rate);
      await pod.pod.run(["tc", "qdisc", "del", "dev", POD_INTERFACE, "root"]);
      assertEquals((await device(pod.node, HOST_VETH)).ingress.length, 1);
      return limit;
    },
  };
  const { egress, host } = await under(deleting, [
    { direction: "egress", ...FLOOD },
    { direction: "egress", streams: 2 },
  ]);
  assertGreater(egress.percent, leastWhile(80, host));
  assertLess(egress.percent, 106);
});
