/** Whether a pod is held: what hangs on its interface, and what gets through it. */
import { type Interface, look } from "../interface_state.ts";
import { Child } from "../child.ts";
import { pause } from "../interruption.ts";
import { RigError, run } from "../run.ts";
import { HostWatch, leastWhile } from "../host_load.ts";
import type { RunningPod } from "./runtime.ts";

/** Slow start and the first burst are over then. */
const WARM_UP_MS = 1000;
const MEASURE_MS = 3000;
/** What a cap lets through in these few seconds, as shares of it; counted below the packets' true length. */
const LEAST = 0.9;
const MOST = 1.02;
/** Where an iperf3 server listens. */
export const PORT = 5201;

/**
 * Both ends of a pod's interface.
 *
 * @param pod which
 * @returns the node's, then the pod's
 */
export async function endsOf({ netns }: RunningPod): Promise<[host: Interface, inside: Interface]> {
  const enter = ["nsenter", `--net=${netns}`, "--"];
  const shown = await run([...enter, "ip", "-j", "link", "show", "eth0"]);
  const [{ link_index }] = JSON.parse(shown) as [{ link_index: number }];
  const links = JSON.parse(await run(["ip", "-j", "link", "show"])) as { ifindex: number; ifname: string }[];
  const host = links.find(({ ifindex }) => ifindex === link_index);
  return [{ name: host?.ifname ?? "", enter: [] }, { name: "eth0", enter }];
}

/**
 * natra's programs on a pod's interface.
 *
 * @param pod which
 * @returns `end hook program`, sorted
 */
export async function heldBy(pod: RunningPod): Promise<string[]> {
  const [host, inside] = await endsOf(pod);
  const of = async (end: string, one: Interface): Promise<string[]> =>
    (await look(one)).programs.map(({ place, name }) => `${end} ${place.split(" ")[0]} ${name}`);
  return [...await of("node", host), ...await of("pod", inside)].sort();
}

/** What a pod that is held both ways has. */
export const HELD_BOTH_WAYS = [
  "node egress natra_shape",
  "node ingress natra_guard",
  "pod egress natra_shape",
];

/** What got through a cap. */
export interface Passage {
  /** In % of the cap. */
  readonly percent: string;
  /** Whether the cap held, and let through what it should as far as the machine was there. */
  readonly isHeld: boolean;
}

/**
 * Measures what gets through, by the counters behind the queue: what iperf3 reports depends on when a busy
 * machine lets it look at its clock. Where super-packets pass they count headers once, and read 3 to 4 % low.
 *
 * @param pod which, with an iperf3 server
 * @param direction as the pod sees it
 * @param cap in bits per second, of wire bytes
 * @returns what got through
 * @throws {RigError} if iperf3 fails
 */
export async function measurePassage(
  pod: RunningPod,
  direction: "ingress" | "egress",
  cap: number,
): Promise<Passage> {
  await untilItListens(pod);
  const [host, inside] = await endsOf(pod);
  const receiver = direction === "ingress" ? inside : host;
  const reverse = direction === "egress" ? ["--reverse"] : [];
  await using client = Child.start(["iperf3", "--client", pod.address, "--time", "60", ...reverse]);
  const watch = new HostWatch();
  await pause(WARM_UP_MS);
  const first = await received(receiver);
  await pause(MEASURE_MS);
  const last = await received(receiver);
  if (client.ended) {
    throw new RigError(`Failed to measure pod "${pod.name}": "${(await client.stop()).stderr.trim()}"`);
  }
  // The counters are read at an unknown moment while ip runs, which takes long on a busy machine.
  const bits = (last.bytes - first.bytes) * 8;
  const atLeast = bits / ((last.after - first.before) / 1000) / cap;
  const atMost = bits / ((last.before - first.after) / 1000) / cap;
  const isHeld = atMost >= leastWhile(LEAST, watch.load()) && atLeast <= MOST;
  return { percent: `${(atLeast * 100).toFixed(1)} to ${(atMost * 100).toFixed(1)} %`, isHeld };
}

/** What an interface received, and when that was counted: between two moments, in milliseconds. */
interface Received {
  readonly bytes: number;
  readonly before: number;
  readonly after: number;
}

async function received({ name, enter }: Interface): Promise<Received> {
  const before = performance.now();
  const shown = await run([...enter, "ip", "-s", "-j", "link", "show", name]);
  const after = performance.now();
  const [{ stats64 }] = JSON.parse(shown) as [{ stats64: { rx: { bytes: number } } }];
  return { bytes: stats64.rx.bytes, before, after };
}

async function untilItListens({ name, netns }: RunningPod): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await run(["nsenter", `--net=${netns}`, "--", "ss", "-Hltn", `sport = :${PORT}`]) !== "") return;
    await pause(50);
  }
  throw new RigError(`Failed to measure pod "${name}": its iperf3 does not listen`);
}
