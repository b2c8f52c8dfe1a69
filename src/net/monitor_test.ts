import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { inNamespace, NetlinkRoom } from "../../tests/rig/netlink.ts";
import { addAddress, addressEvent } from "./addresses.ts";
import { parsePrefix } from "./ip.ts";
import { linkEvent } from "./link_details.ts";
import { addBridge, setLink } from "./link_settings.ts";
import { deleteLink, linkByName } from "./links.ts";
import { Monitor, type MonitorOptions, type Resync } from "./monitor.ts";
import { neighbourEvent, replaceNeighbour } from "./neighbours.ts";
import { addRoute, deleteRoute, routeEvent } from "./routes.ts";
import { RtnlGroup } from "./rtnetlink.ts";
import { addRule, ruleEvent } from "./rules.ts";
import { putQdisc, ROOT } from "./tc.ts";
import { tcEvent } from "./tc_events.ts";
import type { Message } from "./messages.ts";
import { u32 } from "./encode.ts";

const unable = needsRootAnd();

function listen<T>(
  room: NetlinkRoom,
  options: MonitorOptions,
  decode: (message: Message) => T | null,
): Monitor<T> {
  return inNamespace(room.namespace, () => new Monitor(options, decode));
}

/** The next `count` events, or fewer if the iteration ends. */
async function take<T>(monitor: Monitor<T>, count: number): Promise<(T | Resync)[]> {
  const found: (T | Resync)[] = [];
  for await (const event of monitor) {
    found.push(event);
    if (found.length === count) break;
  }
  return found;
}

/** Descriptors that are open: sockets, eventfds and all others. */
const openFiles = (): number => [...Deno.readDirSync("/proc/self/fd")].length;

testIf(
  unable,
  "Monitor reports changes of links, addresses, routes, rules, neighbours and qdiscs",
  async () => {
    await using room = await NetlinkRoom.create("monitor-all");
    const { netlink } = room;
    const { LINK, IPV4_ADDRESS, IPV6_ADDRESS, IPV4_ROUTE, IPV4_RULE, NEIGH, TC } = RtnlGroup;
    const groups = [LINK, IPV4_ADDRESS, IPV6_ADDRESS, IPV4_ROUTE, IPV4_RULE, NEIGH, TC];
    await using monitor = listen(
      room,
      { groups },
      (message) =>
        linkEvent(message) ?? addressEvent(message) ?? routeEvent(message) ?? ruleEvent(message) ??
          neighbourEvent(message) ?? tcEvent(message),
    );
    addBridge(netlink, { name: "br0" });
    const index = linkByName(netlink, "br0")?.index ?? 0;
    addAddress(netlink, { index: 1, address: "10.9.0.1", prefixLength: 24 });
    const route = { destination: parsePrefix("10.20.0.0/16"), index: 1 };
    addRoute(netlink, route);
    deleteRoute(netlink, route);
    addRule(netlink, { family: "ipv4", priority: 10, table: 100 });
    replaceNeighbour(netlink, { index, address: "10.9.0.7", mac: "02:00:00:00:00:07" });
    putQdisc(netlink, { index: 1, kind: "bfifo", handle: 0x130000, parent: ROOT, options: u32(3000) });
    deleteLink(netlink, { index, name: "br0" });
    const words: string[] = [];
    for await (const event of monitor) {
      if (event.about === "resync") {
        throw new Error("nothing can be lost here");
      }
      words.push(`${event.about} ${event.change} ${nameOf(event)}`);
      if (event.about === "link" && event.change === "deleted") break;
    }
    for (
      const wanted of [
        "link new br0",
        "address new 10.9.0.1",
        "route new 10.20.0.0",
        "route deleted 10.20.0.0",
        "rule new 10",
        "neighbour new 10.9.0.7",
        "qdisc new bfifo",
        "link deleted br0",
      ]
    ) assert(words.includes(wanted), `${wanted} is missing in ${words.join(", ")}`);
    assertLess(words.indexOf("route new 10.20.0.0"), words.indexOf("route deleted 10.20.0.0"));
  },
);

type Event = NonNullable<
  ReturnType<
    | typeof linkEvent
    | typeof addressEvent
    | typeof routeEvent
    | typeof ruleEvent
    | typeof neighbourEvent
    | typeof tcEvent
  >
>;

function nameOf(event: Event): string | number {
  switch (event.about) {
    case "link":
      return event.link.name;
    case "address":
      return event.address.address;
    case "route":
      return event.route.destination.address;
    case "rule":
      return event.rule.priority;
    case "neighbour":
      return event.neighbour.address;
    default:
      return event.kind;
  }
}

testIf(
  unable,
  "Monitor waits without blocking the event loop, and hears what happens meanwhile",
  async () => {
    await using room = await NetlinkRoom.create("monitor-wait");
    await using monitor = listen(room, { groups: [RtnlGroup.LINK] }, linkEvent);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    try {
      const first = take(monitor, 1);
      // For ever, if it blocked.
      while (ticks < 10) await new Promise((resolve) => setTimeout(resolve, 5));
      addBridge(room.netlink, { name: "br0" });
      const [event] = await first;
      assertEquals(event?.about === "link" && event.link.name, "br0");
    } finally {
      clearInterval(timer);
    }
  },
);

testIf(unable, "Monitor listens from its construction on, in the namespace of its construction", async () => {
  await using room = await NetlinkRoom.create("monitor-first");
  await using other = await NetlinkRoom.create("monitor-other");
  await using monitor = listen(room, { groups: [RtnlGroup.LINK] }, linkEvent);
  addBridge(other.netlink, { name: "other0" });
  addBridge(room.netlink, { name: "br0" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const [event] = await take(monitor, 1);
  assertEquals(event?.about === "link" && event.link.name, "br0");
});

testIf(unable, "Monitor says when messages were lost, after all that is older, and goes on", async () => {
  await using room = await NetlinkRoom.create("monitor-lost");
  const { netlink } = room;
  await using monitor = listen(room, { groups: [RtnlGroup.LINK], kernelBufferBytes: 8192 }, linkEvent);
  addBridge(netlink, { name: "br0", isUp: true }); // or its changes are not worth a message
  const index = linkByName(netlink, "br0")?.index ?? 0;
  for (let n = 0; n < 200; n++) setLink(netlink, index, { alias: `lost ${n}` });
  const iterator = monitor[Symbol.asyncIterator]();
  // The kernel reports the loss before it hands out what it kept, which is out of date by then.
  assertEquals((await iterator.next()).value, { about: "resync" });
  setLink(netlink, index, { alias: "after" });
  const next = (await iterator.next()).value;
  assertEquals(next?.about === "link" && next.link.alias, "after");
  await iterator.return();
});

testIf(unable, "Monitor lets timers have their turn while messages come without end", async () => {
  await using room = await NetlinkRoom.create("monitor-storm");
  const { netlink } = room;
  addBridge(netlink, { name: "br0", isUp: true }); // or its changes are not worth a message
  const index = linkByName(netlink, "br0")?.index ?? 0;
  await using monitor = listen(room, { groups: [RtnlGroup.LINK] }, linkEvent);
  let stopped = false;
  const timer = setTimeout(() => stopped = true, 20);
  setLink(netlink, index, { alias: "0" });
  let count = 0;
  for await (const _ of monitor) {
    if (stopped) break;
    assertLess(count, 100_000, "no timer had its turn");
    setLink(netlink, index, { alias: `${++count}` }); // so that there is always one to read
  }
  clearTimeout(timer);
  assert(count > 10);
});

testIf(unable, "Monitor ends at once when its signal aborts, and leaves no descriptor", async () => {
  await using room = await NetlinkRoom.create("monitor-abort");
  const before = openFiles();
  for (let n = 0; n < 20; n++) {
    const controller = new AbortController();
    const monitor = listen(room, { groups: [RtnlGroup.LINK], signal: controller.signal }, linkEvent);
    const all = take(monitor, 1);
    await new Promise((resolve) => setTimeout(resolve, 2)); // now it waits, or is about to
    assertEquals(openFiles(), before + 2);
    controller.abort();
    assertEquals(await all, []);
    assertEquals(openFiles(), before);
  }
});

testIf(unable, "Monitor can be ended in every state, and more than once", async () => {
  await using room = await NetlinkRoom.create("monitor-end");
  const before = openFiles();
  const aborted = listen(room, { groups: [RtnlGroup.LINK], signal: AbortSignal.abort() }, linkEvent);
  assertEquals(await take(aborted, 1), []);
  const unused = listen(room, { groups: [RtnlGroup.LINK] }, linkEvent);
  await unused[Symbol.asyncDispose]();
  await unused[Symbol.asyncDispose]();
  assertEquals(await take(unused, 1), []);
  const controller = new AbortController();
  const waiting = listen(room, { groups: [RtnlGroup.LINK], signal: controller.signal }, linkEvent);
  const all = take(waiting, 1);
  await Promise.all([waiting[Symbol.asyncDispose](), waiting[Symbol.asyncDispose]()]);
  controller.abort();
  assertEquals(await all, []);
  assertEquals(openFiles(), before);
});

testIf(unable, "Monitor releases the thread that waited", async () => {
  await using room = await NetlinkRoom.create("monitor-thread");
  const controller = new AbortController();
  const waiting = Array.from({ length: 8 }, () => {
    const options = { groups: [RtnlGroup.LINK], signal: controller.signal };
    return take(listen(room, options, linkEvent), 1);
  });
  const inPoll = (): number =>
    [...Deno.readDirSync("/proc/self/task")].filter(({ name }) => /^7 /.test(syscallOf(name))).length;
  while (inPoll() < 8) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort();
  await Promise.all(waiting);
  assertEquals(inPoll(), 0);
});

/** The system call that a thread is in: its number comes first. */
function syscallOf(thread: string): string {
  try {
    return Deno.readTextFileSync(`/proc/self/task/${thread}/syscall`);
  } catch {
    return "";
  }
}

testIf(unable, "Monitor refuses a group that does not exist, and leaves no descriptor", async () => {
  await using room = await NetlinkRoom.create("monitor-group");
  const before = openFiles();
  assertThrows(() => listen(room, { groups: [4242] }, linkEvent), NativeError, "EINVAL");
  assertEquals(openFiles(), before);
});
