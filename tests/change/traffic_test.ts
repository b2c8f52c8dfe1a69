/**
 * A limit that changes under traffic: connections live, no second but the one of the change is off the old or
 * the new cap, a stream below both loses nothing, and counters only grow.
 */
import { assert, assertEquals, assertGreater, assertGreaterOrEqual, assertLess } from "@std/assert";
import { ATTACH } from "../rig/expected.ts";
import { ends, kept, settled } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";
import { Elephant } from "../rig/elephant.ts";
import { pause } from "../rig/interruption.ts";
import { Meter, slotNow } from "../rig/meter.ts";
import { CLIENT_INTERFACE, POD_INTERFACE } from "../rig/pod.ts";
import { type HostLoad, HostWatch, leastWhile } from "../rig/host_load.ts";
import { prepareTools } from "../rig/tools.ts";
import { slidingSeconds } from "./seconds.ts";
import { Stream } from "./stream.ts";

const WAYS = ["ingress", "egress"] as const;
type Way = typeof WAYS[number];
/** What each direction is held to, in bits/s; null: not held. */
type Caps = Readonly<Record<Way, number | null>>;

/** The second of the change, and how long the new cap is looked at after it, ms. */
const SETTLING = 1000;
const LOOKED_AT = 2000;

/**
 * The same for an elephant that got next to nothing beside the acknowledgements of 11 Gbit/s the other way:
 * TCP's timer, which had doubled for as long as that lasted, has to expire, ms.
 */
const TCP_TIMER = 10_000;

/** Changes, what holds then, and how long that takes, ms; default: {@linkcode SETTLING}. */
const CHANGES: readonly (readonly [args: readonly string[], Caps, settling?: number])[] = [
  [["--ingress", "20M", "--egress", "20M"], { ingress: 20e6, egress: 20e6 }],
  [["--ingress", "5M", "--egress", "5M"], { ingress: 5e6, egress: 5e6 }],
  [["--width", "4096"], { ingress: 5e6, egress: 5e6 }],
  // beyond 52M no GSO packet is cut
  [["--ingress", "60M", "--egress", "60M"], { ingress: 60e6, egress: 60e6 }],
  [["--ingress", "10M", "--egress", "10M"], { ingress: 10e6, egress: 10e6 }],
  [["--ingress", "off"], { ingress: null, egress: 10e6 }],
  [["--ingress", "10M", "--egress", "off"], { ingress: 10e6, egress: null }],
  [["--egress", "20M"], { ingress: 10e6, egress: 20e6 }, TCP_TIMER],
];

/** A time that is judged, in slots, and what else the machine did in it and in the settling before it. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly host: HostLoad;
}

async function limit(scene: Scene, args: readonly string[]): Promise<void> {
  const { code, stderr } = await scene.tool("limit", scene.pod.containerId, ...args);
  assertEquals([code, stderr], [0, ""], args.join(" "));
}

const COUNTED = ["bytes", "packets", "drops", "marks"] as const;
type Counted = Readonly<Record<typeof COUNTED[number], number>> & { readonly direction: Way };

async function counted(scene: Scene): Promise<Counted[]> {
  const { stdout } = await scene.tool("status", scene.pod.containerId, "-o", "json");
  return JSON.parse(stdout) as Counted[];
}

/** Asserts that no counter of a direction that was held all the time went back. */
function assertGrown(before: readonly Counted[], after: readonly Counted[], args: readonly string[]): void {
  for (const was of before) {
    const is = after.find(({ direction }) => direction === was.direction);
    if (is === undefined) continue;
    for (const what of COUNTED) {
      assertGreaterOrEqual(is[what], was[what], `${what} of ${was.direction} after ${args.join(" ")}`);
    }
  }
}

for (const attach of ATTACH) {
  Deno.test(`with ${attach} a limit changes under a TCP connection each way, and each second is the old or the new cap's`, async () => {
    const tools = await prepareTools({ directory: new URL("../../build/rig", import.meta.url).pathname });
    await using scene = await Scene.create();
    const { pod } = scene;
    await scene.call("ADD", { conf: { attach } });
    const meters = {
      ingress: await Meter.attach(tools, pod.pod, POD_INTERFACE),
      egress: await Meter.attach(tools, pod.client, CLIENT_INTERFACE),
    };
    await using owned = new AsyncDisposableStack();
    const elephants: Elephant[] = [];
    for (const [number, direction] of WAYS.entries()) {
      elephants.push(owned.use(await Elephant.start(pod, { direction }, number, 0, 60)));
    }
    const assertHeld = async ({ from, to, host }: Window, caps: Caps, when: string): Promise<void> => {
      // Beside a direction without a limit it is that one's acknowledgements, as many as the receiver gets to
      // send.
      const floor = leastWhile(WAYS.some((way) => caps[way] === null) ? 85 : 95, host);
      for (const way of WAYS) {
        const cap = caps[way];
        if (cap === null) continue;
        const { least, most } = slidingSeconds(await meters[way].read(from, to), cap);
        const seen = `${way} ${when}: ${least.toFixed(1)} to ${most.toFixed(1)} % of ${cap / 1e6}M`;
        assert(least >= floor && most <= 105, seen);
      }
    };

    let watch = new HostWatch();
    await pause(SETTLING);
    let from = slotNow(), caps: Caps = { ingress: 10e6, egress: 10e6 }, before = await counted(scene);
    for (const [args, next, settling = SETTLING] of CHANGES) {
      await pause(LOOKED_AT);
      const window = { from, to: slotNow(), host: watch.load() };
      watch = new HostWatch();
      await limit(scene, args);
      await pause(settling);
      await assertHeld(window, caps, `before ${args.join(" ")}`);
      const after = await counted(scene);
      assertGrown(before, after, args);
      [from, caps, before] = [slotNow(), next, after];
    }
    await pause(LOOKED_AT);
    await assertHeld({ from, to: slotNow(), host: watch.load() }, caps, "at last");

    for (const elephant of elephants) {
      assert(!elephant.client.ended, "a connection broke");
      assertGreater((await elephant.finish()).goodput ?? 0, 0);
    }
    await scene.call("DEL", { conf: { attach } });
    const { host, pod: inside } = await settled(scene);
    assertEquals([host.classes, inside.classes, named(host.egress), named(inside.egress)], [[], [], [], []]);
    assertEquals(await kept(pod.containerId), []);
  });
}

/** natra's programs on a hook. */
function named(attached: readonly { readonly name: string }[]): string[] {
  return attached.map(({ name }) => name).filter((name) => name.startsWith("natra_"));
}

/** Changes that leave the queue in its place. */
const IN_PLACE: readonly (readonly string[])[] = [
  ["--ingress", "50M", "--egress", "50M"],
  ["--ingress", "30M", "--egress", "30M"],
  ["--width", "4096"],
  ["--width", "1024", "--depth", "2"],
  ["--mice", "free"],
  ["--mice", "charged"],
  ["--ingress", "100M", "--egress", "100M"],
  ["--ingress", "40M", "--egress", "40M"],
  ["--threshold", "64k", "--burst", "4M"],
];

for (const attach of ATTACH) {
  Deno.test(`with ${attach} a stream below the old and the new cap loses no packet to a change`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { conf: { attach, ...annotated(annotations("40M", "40M")) } });
    await using toPod = await Stream.start(scene.pod, "ingress", 6);
    await using fromPod = await Stream.start(scene.pod, "egress", 6);
    for (const args of IN_PLACE) {
      await pause(300);
      await limit(scene, args);
    }
    for (const stream of [toPod, fromPod]) {
      const { packets, lost } = await stream.arrival();
      assertGreater(packets, 500);
      assertEquals(lost, 0);
    }
  });

  Deno.test(`with ${attach} a limit goes and comes back under a stream, and the kernel's swap of the queue is all it feels`, async () => {
    await using scene = await Scene.create();
    const bare = await ends(scene);
    await scene.call("ADD", { conf: { attach } });
    await using toPod = await Stream.start(scene.pod, "ingress", 5);
    await using fromPod = await Stream.start(scene.pod, "egress", 5);
    for (const args of [["off", "10M"], ["10M", "off"], ["10M", "10M"]] as const) {
      await pause(500);
      await limit(scene, ["--ingress", args[0], "--egress", args[1]]);
    }
    for (const stream of [toPod, fromPod]) {
      const { packets, lost } = await stream.arrival();
      assertGreater(packets, 500);
      // Two swaps of a root queue, in which the kernel drops what is sent: none or one here, more on a busy
      // machine.
      assertLess(lost, packets / 10);
    }
    await scene.call("DEL", { conf: { attach } });
    assertEquals(await settled(scene), bare);
  });
}
