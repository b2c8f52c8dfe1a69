/**
 * Programs of others on natra's three hooks, there before it and put there after it: they see every packet,
 * and stay.
 */
import { assert, assertEquals } from "@std/assert";
import { NetNs } from "../../../src/net/netns.ts";
import { pause } from "../../../tests/rig/interruption.ts";
import type { Namespace } from "../../../tests/rig/namespace.ts";
import { HOST_VETH, Pod, POD_INTERFACE } from "../../../tests/rig/pod.ts";
import { type How, Program } from "./bpf.ts";
import { hasTcx } from "./features.ts";
import { ping } from "./lifecycle.ts";
import { call, confOf, statusOf, type Wishes } from "./natra.ts";

/** Far above the pings, so that natra has no reason to drop one. */
const RATE = 10e6;
const PINGS = 10;
const MAP = "packets";
/** Milliseconds without a packet after which nobody is on its way. */
const CALM_MS = 100;

/** The hooks that natra uses. */
const HOOKS = [
  { end: "host", point: "egress" },
  { end: "host", point: "ingress" },
  { end: "pod", point: "egress" },
] as const;

/** Ahead of natra in time: at the tail of tcx, and with the handle that the AWS agent takes. */
const BEFORE: readonly How[] = [{ tcx: "tail" }, { clsact: 1 }];
/** Behind it in time: at the head of tcx, so ahead of natra in the hook. */
const AFTER: readonly How[] = [{ tcx: "head" }, { clsact: 2 }];

interface Counter {
  readonly name: string;
  readonly hook: string;
  readonly program: Program;
}

/**
 * Puts programs beside natra's, lets packets pass, lifts the limit, and lets packets pass again.
 *
 * @param wishes how natra is to attach
 * @returns how many programs stood beside natra's, and how it attached
 */
export async function othersSeeEverything(wishes: Wishes): Promise<{ programs: number; attach: string }> {
  await using pod = await Pod.create();
  using owned = new DisposableStack();
  const conf = confOf(RATE, wishes);
  const ways = (all: readonly How[]): readonly How[] => all.filter((how) => "clsact" in how || hasTcx());

  const first = await attachAll(pod, ways(BEFORE), "before", owned);
  await call(pod, "ADD", conf);
  const all = [...first, ...await attachAll(pod, ways(AFTER), "after", owned)];
  const [row] = await statusOf(pod);

  await assertAllSee(pod, all);
  await call(pod, "DEL", conf);
  await assertAllSee(pod, all);
  return { programs: all.length, attach: row?.attach ?? "none" };
}

/** Each sees each packet: no hook's counters differ, and each has at least the pings. */
async function assertAllSee(pod: Pod, counters: readonly Counter[]): Promise<void> {
  const before = await quiet(counters);
  await ping(pod, PINGS);
  const after = await quiet(counters);
  const seen = new Map<string, Record<string, number>>();
  for (const [i, { name, hook }] of counters.entries()) {
    const count = Number(after[i]! - before[i]!);
    seen.set(hook, { ...seen.get(hook), [name]: count });
  }
  for (const [hook, counts] of seen) {
    const most = Math.max(...Object.values(counts));
    assert(most >= PINGS, `${hook} was passed by ${most} packets of ${PINGS}`);
    const equal = Object.fromEntries(Object.keys(counts).map((name) => [name, most]));
    assertEquals(counts, equal, `a program on ${hook} missed packets`);
  }
}

/**
 * What they have counted, between packets: they are read one after the other, and the kernel sends some of
 * its own (neighbours, multicast groups) whenever it likes.
 */
async function quiet(counters: readonly Counter[]): Promise<bigint[]> {
  const read = (): bigint[] => counters.map(({ program }) => program.value(MAP));
  for (let last = read();;) {
    await pause(CALM_MS);
    const now = read();
    if (now.every((value, i) => value === last[i])) return now;
    last = now;
  }
}

async function attachAll(
  pod: Pod,
  ways: readonly How[],
  when: string,
  owned: DisposableStack,
): Promise<Counter[]> {
  const counters: Counter[] = [];
  for (const { end, point } of HOOKS) {
    const [namespace, link] = end === "host" ? [pod.node, HOST_VETH] : [pod.pod, POD_INTERFACE];
    const ifindex = await indexOf(namespace, link);
    for (const how of ways) {
      using netns = new NetNs(namespace.path);
      const program = owned.use(Program.load("/w/counter.o", "counter", ["counter"], point));
      const attached = netns.run(() => program.attach({ ifindex, point }, how));
      const path = namespace.path;
      owned.defer(() => {
        using again = new NetNs(path);
        again.run(() => attached[Symbol.dispose]());
      });
      counters.push({ name: `${when} ${JSON.stringify(how)}`, hook: `${end} ${point}`, program });
    }
  }
  return counters;
}

async function indexOf(namespace: Namespace, link: string): Promise<number> {
  const [shown] = JSON.parse(await namespace.run(["ip", "-j", "link", "show", link])) as [
    { ifindex: number },
  ];
  return shown.ifindex;
}
