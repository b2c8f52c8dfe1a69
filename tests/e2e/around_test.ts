/**
 * No way around the cap: whatever frames a pod, or a sender to it, makes, they are held
 * together.
 */
import { assertGreater, assertLess } from "@std/assert";
import { natraLimiter } from "../rig/limiter.ts";
import type { Namespace } from "../rig/namespace.ts";
import { CLIENT_INTERFACE, HOST_VETH, Pod, POD_INTERFACE } from "../rig/pod.ts";
import { pause } from "../rig/interruption.ts";
import { HostWatch, leastWhile } from "../rig/host_load.ts";
import { programs } from "../rig/programs.ts";
import { NATRA } from "../rig/scene.ts";

const RATE = 10_000_000;
/** Bits per second of a flood: 5,000 frames. */
const FLOOD = 2 * RATE;
const WARMUP = 1;
const SECONDS = 3;

const KINDS: Readonly<Record<string, string>> = {
  tuples: "5,000 new flows a second",
  fragments: "fragments",
  extensions: "IPv6 extension headers",
  vlan: "VLAN tags",
  qinq: "QinQ tags",
  ipip: "IP in IP",
  other: "frames that are no IP",
};

type End = readonly [namespace: Namespace, link: string];

/** How much arrives at an interface while a flood is sent to it, in % of the cap. */
async function flood(kind: string, [sender, out]: End, to: End, destination?: string): Promise<number> {
  const { flood } = await programs();
  const seconds = WARMUP + SECONDS + 1;
  const sent = sender.run([
    flood,
    out,
    kind,
    `${FLOOD}`,
    `${seconds}`,
    ...(destination ? [destination] : []),
  ]);
  await pause(WARMUP * 1000);
  const begin = performance.now();
  const before = await received(to);
  await pause(SECONDS * 1000);
  const bits = (await received(to) - before) * 8;
  const rate = bits / ((performance.now() - begin) / 1000);
  await sent;
  return rate / RATE * 100;
}

/** Asserts that a flood makes the limit, and no more of it arrives. */
async function assertHeld(kind: string, from: End, to: End, destination?: string): Promise<void> {
  const watch = new HostWatch();
  const percent = await flood(kind, from, to, destination);
  assertGreater(percent, leastWhile(85, watch.load()));
  assertLess(percent, 105);
}

interface LinkStatus {
  readonly address: string;
  /** Bytes, with their Ethernet headers. */
  readonly stats64: { readonly rx: { readonly bytes: number } };
}

async function linkStatus([namespace, name]: End): Promise<LinkStatus> {
  return JSON.parse(await namespace.run(["ip", "-j", "-s", "link", "show", "dev", name]))[0] as LinkStatus;
}

async function received(end: End): Promise<number> {
  return (await linkStatus(end)).stats64.rx.bytes;
}

async function limitedPod(stack: AsyncDisposableStack): Promise<Pod> {
  const pod = stack.use(await Pod.create());
  stack.use(await natraLimiter(NATRA, "/proc/natra.log").limit(pod, RATE));
  return pod;
}

for (const [kind, what] of Object.entries(KINDS)) {
  Deno.test(`natra holds ${what} to the cap, both ways`, async () => {
    await using stack = new AsyncDisposableStack();
    const pod = await limitedPod(stack);
    const inside: End = [pod.pod, POD_INTERFACE], outside: End = [pod.node, HOST_VETH];
    for (const [from, to] of [[inside, outside], [outside, inside]] as const) {
      await assertHeld(kind, from, to);
    }
  });
}

Deno.test("the guard holds a packet socket that passes the pod's queue by", async () => {
  await using stack = new AsyncDisposableStack();
  const pod = await limitedPod(stack);
  const { address } = await linkStatus([pod.node, HOST_VETH]);
  const client: End = [pod.client, CLIENT_INTERFACE]; // behind the guard
  await assertHeld("bypass", [pod.pod, POD_INTERFACE], client, address);
});
