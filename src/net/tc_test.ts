import { assert, assertEquals, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { netlinkIn } from "../../tests/rig/netlink.ts";
import { hasFilters, listFilters } from "./tc_filters.ts";
import { u32 } from "./encode.ts";
import type { Netlink } from "./netlink.ts";
import {
  CLSACT,
  deleteQdisc,
  findQdisc,
  formatHandle,
  listClasses,
  putClass,
  putQdisc,
  ROOT,
  type TcSpec,
} from "./tc.ts";

const unable = needsRootAnd();
const LOOPBACK = 1;

/** A namespace, in whose loopback interface queues can be put, and a socket in it. */
async function fresh(suffix: string): Promise<AsyncDisposable & { namespace: Namespace; netlink: Netlink }> {
  const namespace = await Namespace.create(`tc-${suffix}`);
  const netlink = netlinkIn(namespace);
  const dispose = async (): Promise<void> => {
    netlink[Symbol.dispose]();
    await namespace[Symbol.asyncDispose]();
  };
  return { namespace, netlink, [Symbol.asyncDispose]: dispose };
}

/** struct tc_htb_glob: version, rate2quantum, defcls, debug, direct_pkts. */
const HTB_OPTIONS: TcSpec["options"] = [[2, new Uint8Array(new Uint32Array([3, 10, 1, 0, 0]).buffer)]];
const htb: TcSpec = { index: LOOPBACK, kind: "htb", handle: 0x120000, parent: ROOT, options: HTB_OPTIONS };
const fifo: TcSpec = { index: LOOPBACK, kind: "bfifo", handle: 0x130000, parent: ROOT, options: u32(3000) };

/** struct tc_htb_opt: two ratespecs, buffer, cbuffer, quantum, level, prio. @param rate Bytes a second. */
function htbClass(id: number, rate: number): TcSpec {
  const opt = new DataView(new ArrayBuffer(44));
  for (const at of [0, 12]) {
    opt.setUint8(at + 1, 1); // TC_LINKLAYER_ETHERNET: no rate table needed
    opt.setUint32(at + 8, rate, true);
  }
  for (const at of [24, 28, 32]) opt.setUint32(at, 10_000, true);
  return { ...htb, handle: id, parent: htb.handle, options: [[1, new Uint8Array(opt.buffer)]] };
}

Deno.test("formatHandle() writes handles and class ids as tc(8) does", () => {
  assertEquals([0x6e610000, 0x6e610003, 0xffff0000, 0x1000a, 0].map(formatHandle), [
    "6e61:",
    "6e61:3",
    "ffff:",
    "1:a",
    "0:",
  ]);
});

testIf(
  unable,
  "putQdisc() adds what findQdisc() finds by parent and by handle, and tc(8) shows",
  async () => {
    await using at = await fresh("put");
    putQdisc(at.netlink, fifo);
    const found = findQdisc(at.netlink, LOOPBACK, { parent: ROOT });
    assertEquals([found?.kind, found?.handle, found?.parent], ["bfifo", fifo.handle, ROOT]);
    assertEquals(findQdisc(at.netlink, LOOPBACK, { handle: fifo.handle })?.kind, "bfifo");
    const [shown] = JSON.parse(await at.namespace.run(["tc", "-j", "qdisc", "show", "dev", "lo"])) as {
      options: { limit: number };
    }[];
    assertEquals(shown?.options.limit, 3000);
  },
);

testIf(unable, "findQdisc() counts the bytes and packets that passed", async () => {
  await using at = await fresh("count");
  putQdisc(at.netlink, { ...fifo, options: u32(1_000_000) });
  await at.namespace.run(["bash", "-c", "for n in 1 2 3; do echo -n $n >/dev/udp/127.0.0.1/9; done"]);
  const found = findQdisc(at.netlink, LOOPBACK, { parent: ROOT });
  const sent = 14n + 20n + 8n + 1n;
  const unreachable = 14n + 20n + 8n + sent - 14n; // nobody listens: ICMP says so, and quotes the packet
  assertEquals([found?.packets, found?.bytes, found?.drops], [6, 3n * (sent + unreachable), 0]);
});

testIf(unable, "putQdisc() refuses a root that is taken, and replaces it only when told to", async () => {
  await using at = await fresh("taken");
  putQdisc(at.netlink, fifo);
  const error = assertThrows(() => putQdisc(at.netlink, htb), NativeError, "add htb 12: to interface 1: ");
  assertEquals(findQdisc(at.netlink, LOOPBACK, { parent: ROOT })?.kind, "bfifo", error.message);
  putQdisc(at.netlink, htb, true);
  assertEquals(findQdisc(at.netlink, LOOPBACK, { parent: ROOT })?.kind, "htb");
});

testIf(unable, "putQdisc() reports a kind that the kernel lacks", async () => {
  await using at = await fresh("unknown");
  assertThrows(() => putQdisc(at.netlink, { ...fifo, kind: "nosuchkind" }), NativeError, "ENOENT");
});

testIf(
  unable,
  "listClasses() lists the classes with their options, as putClass() made or changed them",
  async () => {
    await using at = await fresh("class");
    putQdisc(at.netlink, htb);
    putClass(at.netlink, htbClass(0x120001, 125_000));
    putClass(at.netlink, htbClass(0x120002, 1_000));
    putClass(at.netlink, htbClass(0x120002, 250_000));
    const found = listClasses(at.netlink, LOOPBACK, ({ handle, parent, kind, options }) => {
      assertEquals([kind, parent], ["htb", ROOT]);
      return { id: formatHandle(handle), rate: options.get(1)?.getUint32(8, true) };
    });
    assertEquals(found.sort((a, b) => a.id < b.id ? -1 : 1), [
      { id: "12:1", rate: 125_000 },
      { id: "12:2", rate: 250_000 },
    ]);
  },
);

testIf(unable, "listClasses() passes on what the caller throws, and the socket works on", async () => {
  await using at = await fresh("throw");
  putQdisc(at.netlink, htb);
  putClass(at.netlink, htbClass(0x120001, 125_000));
  const fail = (): never => {
    throw new RangeError("enough");
  };
  assertThrows(() => listClasses(at.netlink, LOOPBACK, fail), RangeError, "enough");
  assertEquals(findQdisc(at.netlink, LOOPBACK, { parent: ROOT })?.kind, "htb");
});

testIf(unable, "deleteQdisc() removes the qdisc of that handle, and says whether there was one", async () => {
  await using at = await fresh("delete");
  putQdisc(at.netlink, fifo);
  assertEquals(deleteQdisc(at.netlink, LOOPBACK, htb.handle, ROOT), false);
  assertEquals(findQdisc(at.netlink, LOOPBACK, { parent: ROOT })?.kind, "bfifo");
  assertEquals(deleteQdisc(at.netlink, LOOPBACK, fifo.handle, ROOT), true);
  assertEquals(deleteQdisc(at.netlink, LOOPBACK, fifo.handle, ROOT), false);
  assertEquals(findQdisc(at.netlink, LOOPBACK, { handle: fifo.handle }), null);
});

testIf(unable, "findQdisc() and deleteQdisc() find nothing on an interface that is not there", async () => {
  await using at = await fresh("nowhere");
  assertEquals(findQdisc(at.netlink, 4242, { parent: ROOT }), null);
  assertEquals(deleteQdisc(at.netlink, 4242, fifo.handle, ROOT), false);
});

testIf(unable, "hasFilters() tells the hooks of clsact apart", async () => {
  await using at = await fresh("filters");
  putQdisc(at.netlink, {
    index: LOOPBACK,
    kind: "clsact",
    handle: CLSACT.handle,
    parent: CLSACT.parent,
    options: [],
  });
  const used = (): boolean[] =>
    [CLSACT.ingress, CLSACT.egress].map((parent) => hasFilters(at.netlink, LOOPBACK, parent));
  assertEquals(used(), [false, false]);
  await at.namespace.run(["tc", "filter", "add", "dev", "lo", "egress", "bpf", "bytecode", "1,6 0 0 0"]);
  assertEquals(used(), [false, true]);
  assert(deleteQdisc(at.netlink, LOOPBACK, CLSACT.handle, CLSACT.parent));
});

testIf(
  unable,
  "listFilters() lists them in the order in which packets meet them, with what they redirect to",
  async () => {
    await using at = await fresh("list");
    const tc = (...args: string[]): Promise<string> => at.namespace.run(["tc", ...args]);
    await tc("qdisc", "add", "dev", "lo", "clsact");
    assertEquals(listFilters(at.netlink, LOOPBACK, CLSACT.ingress), []);
    const bytecode = ["bpf", "bytecode", "1,6 0 0 0"];
    await tc("filter", "add", "dev", "lo", "ingress", "prio", "5", "handle", "7", ...bytecode);
    const mirred = ["action", "mirred", "egress", "redirect", "dev", "lo"];
    await tc(
      "filter",
      "add",
      "dev",
      "lo",
      "ingress",
      "prio",
      "2",
      "u32",
      "match",
      "u32",
      "0",
      "0",
      ...mirred,
    );
    await tc("filter", "add", "dev", "lo", "ingress", "chain", "3", "prio", "1", ...bytecode);
    const found = listFilters(at.netlink, LOOPBACK, CLSACT.ingress);
    assertEquals(found.map(({ kind, priority, redirectsTo }) => [kind, priority, redirectsTo]), [
      ["u32", 2, [LOOPBACK]],
      ["bpf", 5, []],
    ]);
    assertEquals(found.map(({ handle, program }) => [handle, program]).at(-1), [7, null]);
    assertEquals(listFilters(at.netlink, LOOPBACK, CLSACT.egress), []);
  },
);

testIf(unable, "Netlink.request() throws instead of sending an attribute that is cut short", async () => {
  await using at = await fresh("long");
  const options: TcSpec["options"] = [[1, new Uint8Array(65_528)]]; // in a nest, which is four bytes longer
  assertThrows(() => putQdisc(at.netlink, { ...htb, options }), Error, "the message is too long");
});
