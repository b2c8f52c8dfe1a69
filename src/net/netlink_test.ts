import { assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { checkErrno, libc, NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { inNamespace, netlinkIn } from "../../tests/rig/netlink.ts";
import { string } from "./encode.ts";
import { addBridge } from "./link_settings.ts";
import { linkByName } from "./links.ts";
import { Netlink, type Request, Rtm } from "./netlink.ts";
import { Bus } from "./socket.ts";
import { bytesOf } from "./values.ts";

const unable = needsRootAnd();
const IFLA_IFNAME = 3;
const ECONNREFUSED = 111;
const LOOPBACK: Request = {
  what: "find lo",
  type: Rtm.GETLINK,
  header: new Uint8Array(16),
  attributes: [[IFLA_IFNAME, string("lo")]],
};

/** The buffer that a socket receives into. */
function bufferOf(netlink: Netlink, request = LOOPBACK): Uint8Array {
  let buffer: Uint8Array | undefined;
  netlink.request(request, ({ header }) => {
    buffer = new Uint8Array(header.buffer);
  });
  return buffer ?? new Uint8Array(0);
}

Deno.test("Netlink hands a buffer to one socket only, however often the last one was disposed of", () => {
  const first = new Netlink();
  const buffer = bufferOf(first);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  using second = new Netlink();
  using third = new Netlink();
  assertEquals(bufferOf(second).buffer === buffer.buffer, true);
  assertNotStrictEquals(bufferOf(third).buffer, buffer.buffer);
  assertThrows(() => first.request(LOOPBACK), NativeError, "Cannot find lo: EBADF");
});

Deno.test("Netlink closes its descriptor once: the number may be another file's by then", () => {
  const first = new Netlink();
  const { fd } = first.socket;
  first[Symbol.dispose]();
  using second = new Netlink();
  assertEquals(second.socket.fd, fd);
  first[Symbol.dispose]();
  assertEquals(linkByName(second, "lo")?.index, 1);
});

Deno.test("Netlink leaves nothing of a secret request in its buffers, not even if it fails", () => {
  using netlink = new Netlink();
  const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
  assertEquals(isZero(bufferOf(netlink)), false);
  assertEquals(isZero(bufferOf(netlink, { ...LOOPBACK, secret: true })), true);
  const buffer = bufferOf(netlink);
  const missing: Request = { ...LOOPBACK, attributes: [[IFLA_IFNAME, string("hunter2")]], secret: true };
  const sent: Uint8Array[] = [];
  const { send } = netlink.socket;
  netlink.socket.send = (what, bytes): void => {
    sent.push(bytes);
    send.call(netlink.socket, what, bytes);
  };
  assertThrows(() => netlink.request(missing), NativeError, "ENODEV");
  assertEquals([isZero(buffer), sent.map(isZero)], [true, [true]]);
  const fail = (): never => {
    throw new RangeError("in there");
  };
  assertThrows(() => netlink.request({ ...LOOPBACK, secret: true }, fail), RangeError);
  assertEquals(isZero(buffer), true);
});

Deno.test("Netlink refuses a request inside another one, and works on", () => {
  using netlink = new Netlink();
  assertThrows(
    () => netlink.request(LOOPBACK, () => netlink.request(LOOPBACK)),
    Error,
    "the socket has a request under way",
  );
  assertEquals(linkByName(netlink, "lo")?.name, "lo");
});

Deno.test("Netlink disposed of inside a request fails there, and does not give its buffer away", () => {
  const first = new Netlink();
  const disposeInside = (): void =>
    first.request(LOOPBACK, ({ header }) => {
      first[Symbol.dispose]();
      using other = new Netlink();
      assertNotStrictEquals(bufferOf(other).buffer, header.buffer);
    });
  assertThrows(disposeInside, NativeError, "Cannot find lo: EBADF");
});

Deno.test("Netlink opens every family that is wanted, and says which one the kernel lacks", () => {
  for (const bus of Object.values(Bus)) new Netlink({ bus, strict: true })[Symbol.dispose]();
  const before = [...Deno.readDirSync("/proc/self/fd")].length;
  const error = assertThrows(
    () => new Netlink({ bus: 31 }),
    NativeError,
    "open a netlink socket: EPROTONOSUPPORT",
  );
  assertEquals(error.code, 93);
  assertEquals([...Deno.readDirSync("/proc/self/fd")].length, before);
});

Deno.test("Netlink.dump() repeats a dump that changed meanwhile, at most five times", () => {
  using netlink = new Netlink();
  const DUMP_INTERRUPTED = 0x10;
  let interruptions = 0;
  let reads = 0;
  const { receive } = netlink.socket;
  netlink.socket.receive = (what, buffer, flags): Uint8Array<ArrayBuffer> => {
    const bytes = receive.call(netlink.socket, what, buffer, flags);
    if (interruptions > 0) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      view.setUint16(6, view.getUint16(6, true) | DUMP_INTERRUPTED, true);
      const isLast = view.getUint16(4, true) === 3;
      if (isLast) interruptions--;
    }
    return bytes;
  };
  const list = (): number[] =>
    netlink.dump({ what: "list links", type: Rtm.GETLINK, header: new Uint8Array(16) }, ({ header }) => {
      reads++;
      return header.getInt32(4, true);
    });
  const quiet = list();
  const readsOfOne = reads;
  interruptions = 2;
  assertEquals(list(), quiet);
  assertEquals(reads, readsOfOne * 4);
  interruptions = 100;
  assertEquals(assertThrows(list, NativeError, "list links: EINTR").code, Errno.EINTR);
  assertEquals(interruptions, 95);
  interruptions = 0;
  assertEquals(list(), quiet);
});

testIf(unable, "Netlink.dump() is whole while links come and go", async () => {
  await using namespace = await Namespace.create("netlink-dump");
  using netlink = netlinkIn(namespace);
  for (let n = 0; n < 100; n++) {
    addBridge(netlink, { name: `stay${n}` });
  }
  const busy = namespace.start([
    "bash",
    "-c",
    "while ip link add go type bridge && ip link del go; do :; done",
  ]);
  try {
    for (let n = 0; n < 50; n++) {
      const names = netlink.dump(
        { what: "list links", type: Rtm.GETLINK, header: new Uint8Array(16) },
        ({ attributes }) => {
          const name = attributes.get(IFLA_IFNAME);
          return name === undefined ? null : new TextDecoder().decode(bytesOf(name).slice(0, -1));
        },
      );
      assertEquals(names.filter((name) => name.startsWith("stay")).length, 100);
      assertEquals(new Set(names).size, names.length);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  } finally {
    await busy.stop();
  }
});

testIf(unable, "a process with CAP_NET_ADMIN cannot answer in the kernel's place", async () => {
  await using namespace = await Namespace.create("netlink-spoof");
  using netlink = netlinkIn(namespace);
  const AF_NETLINK = 16;
  /** A socket that is not connected, as a process in the pod would open one. */
  const fd = inNamespace(namespace, () => libc.socket(AF_NETLINK, 3 | 0o2000000, Bus.ROUTE));
  try {
    const port = inNamespace(namespace, () => portOf(netlink.socket.fd));
    const victim = new DataView(new ArrayBuffer(12));
    victim.setUint16(0, AF_NETLINK, true);
    victim.setUint32(4, port, true);
    // connect(2) to the victim's port, then send(2): a datagram from this process to that socket.
    assertEquals(libc.connect(fd, new Uint8Array(victim.buffer), 12), 0);
    const forged = new Uint8Array(36);
    const view = new DataView(forged.buffer);
    view.setUint32(0, 36, true);
    view.setUint16(4, 2, true); // NLMSG_ERROR
    view.setUint32(8, 1, true); // the first sequence number
    view.setInt32(16, -17, true);
    const sent = (): void => void checkErrno("forge an answer", libc.send(fd, forged, 36n, 0));
    assertEquals(assertThrows(sent, NativeError).code, ECONNREFUSED);
    assertEquals(linkByName(netlink, "lo")?.index, 1);
  } finally {
    libc.close(fd);
  }
});

/** The port of a netlink socket, by /proc/net/netlink: its inode is the last column. */
function portOf(fd: number): number {
  const inode = /\[(\d+)\]/.exec(Deno.readLinkSync(`/proc/self/fd/${fd}`))?.[1];
  const line = Deno.readTextFileSync("/proc/thread-self/net/netlink").split("\n")
    .find((text) => text.trim().split(/\s+/).at(-1) === inode);
  return Number(line?.trim().split(/\s+/)[2] ?? 0);
}
