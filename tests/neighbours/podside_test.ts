/**
 * The first of the benchmark's mixes, an elephant each way and 40 small requests a second, while packets to
 * the pod bypass the node's end of the veth: held inside the pod, they make the limit all the same, and
 * requests count as light.
 */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { NATRA } from "../rig/scene.ts";
import { type Limit, type Limiter, natraLimiter } from "../rig/limiter.ts";
import { say } from "../rig/cli.ts";
import { CLIENT_GATEWAY, HOST_VETH, type Pod } from "../rig/pod.ts";
import { measure } from "../rig/scenario.ts";
import { leastWhile } from "../rig/host_load.ts";
import { prepareTools } from "../rig/tools.ts";
import type { JsonObject } from "../rig/cni.ts";
import { IpCounters } from "./ip_counters.ts";
import { Neighbour } from "../rig/neighbour.ts";

const RATE = 10_000_000;
const PER_SECOND = 40;
const BYTES = 6000;
const WARMUP = 2;
const SECONDS = 6;
const RIG = new URL("../../build/rig", import.meta.url).pathname;

/** What natra itself said of the ingress just before its limit was lifted. */
interface Row {
  readonly direction: string;
  readonly attach: string;
  readonly bytes: number;
  readonly heavyBytes: number;
}

const percent = (value: number): string => `${value.toFixed(1)} %`;

/** natra beside a program that hands what is for the pod to its eth0, past the veth's end on the node. */
class Bypassed implements Limiter {
  readonly name = "natra, bypassed";
  rows: readonly Row[] = [];
  /** Bits per second that the pod's IP layer received. */
  received = 0;

  constructor(private readonly conf: JsonObject, private readonly seconds: number) {}

  async limit(pod: Pod, rate: number): Promise<Limit> {
    await using owned = new AsyncDisposableStack();
    await pod.node.run(["ip", "link", "add", "cilium_host", "type", "veth", "peer", "name", "cilium_net"]);
    const limit = owned.use(await natraLimiter(NATRA, "/proc/natra.log", this.conf).limit(pod, rate));
    const hook = { namespace: pod.node, link: CLIENT_GATEWAY, point: "ingress" } as const;
    owned.use(await Neighbour.attach(hook, ["tcx", "tail"], `peer=${HOST_VETH}`));
    const counters = owned.use(new IpCounters(pod.pod));
    owned.defer(async () => {
      this.received = await counters.rate(this.seconds - 1, rate / 2);
      const shown = await pod.node.run([NATRA, "status", pod.containerId, "-o", "json"]);
      this.rows = JSON.parse(shown) as Row[];
    });
    const kept = owned.move();
    return { stderr: limit.stderr, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }
}

function assertBetween(least: number, share: number, most: number, what: string): void {
  assert(share >= least && share <= most, `${what}: ${percent(share)}, not ${least} to ${most} %`);
}

for (
  const [conf, attach] of [[{}, "tcx, podside"], [{ attach: "clsact-podside" }, "clsact, podside"]] as const
) {
  Deno.test(`natra holds mix 1 inside the pod where packets bypass the veth's end: ${attach}`, async () => {
    const limiter = new Bypassed(conf, SECONDS);
    const { egress, requests, host } = await measure({
      limiter,
      rate: RATE,
      elephants: [{ direction: "ingress" }, { direction: "egress" }],
      requests: { perSecond: PER_SECOND, bytes: BYTES, seed: 1 },
      warmup: WARMUP,
      seconds: SECONDS,
    }, await prepareTools({ directory: RIG }));
    const row = limiter.rows.find(({ direction }) => direction === "ingress");
    const ingress = limiter.received / RATE * 100;
    say(
      `${attach}: ingress ${percent(ingress)}, egress ${percent(egress.percent)}, requests' ` +
        `p50 ${requests?.p50} ms, p99 ${requests?.p99} ms, worst ${requests?.max} ms\n`,
    );
    assertEquals(row?.attach, attach);
    const least = leastWhile(98, host);
    assertBetween(least, ingress, 101, "ingress");
    assertBetween(least, egress.percent, 101, "egress");
    assertEquals(requests?.bad, 0);
    // Each request brings 6 KB in; what of all that is light came from them, and from the acknowledgements of
    // the other way.
    const light = (row?.bytes ?? 0) - (row?.heavyBytes ?? 0);
    assertGreater(light, PER_SECOND * SECONDS * BYTES, `of ${row?.bytes} bytes only ${light} were light`);
  });
}

Deno.test("natra cannot hold at the node's end what bypasses it: without podside ingress has no limit", async () => {
  const limiter = new Bypassed({ attach: "tcx" }, 2);
  const { ingress, egress, host } = await measure({
    limiter,
    rate: RATE,
    elephants: [{ direction: "ingress" }, { direction: "egress" }],
    requests: null,
    warmup: 1,
    seconds: 2,
  }, await prepareTools({ directory: RIG }));
  say(`without podside: ingress ${percent(ingress.percent)}, egress ${percent(egress.percent)}\n`);
  assertGreater(ingress.percent, leastWhile(200, host));
  assertBetween(leastWhile(95, host), egress.percent, 105, "egress");
});
