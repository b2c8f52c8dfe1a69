import { assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetNs, netnsId, whyUnseen } from "./netns.ts";

const unable = needsRootAnd();
const here = (): string | null => netnsId("/proc/thread-self/ns/net");

testIf(unable, "NetNs.run() runs in the namespace, and is back afterwards", async () => {
  await using made = await Namespace.create("netns-run");
  using netns = new NetNs(made.path);
  const before = here();
  const inside = netns.run(here);
  assertEquals(inside, netnsId(made.path));
  assertNotEquals(inside, before);
  assertEquals(here(), before);
});

testIf(unable, "NetNs.run() passes an error on, and is back afterwards", async () => {
  await using made = await Namespace.create("netns-throw");
  using netns = new NetNs(made.path);
  const before = here();
  const fail = (): never => {
    throw new RangeError("in there");
  };
  assertThrows(() => netns.run(fail), RangeError, "in there");
  assertEquals(here(), before);
});

testIf(unable, "NetNs.run() nests, and each level comes back to its own", async () => {
  await using one = await Namespace.create("netns-one");
  await using two = await Namespace.create("netns-two");
  using first = new NetNs(one.path);
  using second = new NetNs(two.path);
  const seen = first.run(() => [here(), second.run(here), here()].join(" "));
  assertEquals(seen, [netnsId(one.path), netnsId(two.path), netnsId(one.path)].join(" "));
});

testIf(unable, "NetNs holds a namespace whose name is gone", async () => {
  const made = await Namespace.create("netns-held");
  const id = netnsId(made.path);
  using netns = new NetNs(made.path);
  await made[Symbol.asyncDispose]();
  assertEquals(netnsId(made.path), null);
  assertEquals(netns.run(here), id);
});

Deno.test("NetNs names a namespace that is not there", () => {
  assertThrows(() => new NetNs("/run/netns/natra-none"), NativeError, '"/run/netns/natra-none": ENOENT');
});

Deno.test("NetNs refuses to enter what is no namespace", () => {
  using file = new NetNs("/proc/self/status");
  assertThrows(() => file.run(() => 0), NativeError, 'enter network namespace "/proc/self/status": EINVAL');
});

Deno.test("NetNs.own() is the namespace that the process is in", () => {
  using own = NetNs.own();
  assertEquals(netnsId(own.path), here());
});

Deno.test("netnsId() tells a namespace by its inode, and gives null for nothing", () => {
  assertEquals(netnsId("/proc/self/ns/net"), here());
  assertEquals(netnsId("/no/such/namespace"), null);
});

testIf(
  unable,
  "whyUnseen() lets a namespace be judged that is there, or gone from where others are",
  async () => {
    await using made = await Namespace.create("netns-seen");
    for (const isContainer of [false, true]) {
      assertEquals(whyUnseen(made.path, isContainer), null);
      assertEquals(whyUnseen(`${made.path}-gone`, isContainer), null);
    }
    assertEquals(whyUnseen("/proc/4194305/ns/net", false), null);
    assertEquals(whyUnseen("/run/natra-none/netns/pod", false), null);
  },
);

Deno.test("whyUnseen() says what keeps a container from judging, and never takes a file for a namespace", async () => {
  assertStringIncludes(whyUnseen("/proc/42/ns/net", true) ?? "", "hostPID");
  assertStringIncludes(whyUnseen("/run/natra-none/netns/pod", true) ?? "", '"/run/natra-none/netns"');
  const file = await Deno.makeTempFile();
  try {
    for (const isContainer of [false, true]) {
      assertStringIncludes(whyUnseen(file, isContainer) ?? "", "ordinary file");
    }
  } finally {
    await Deno.remove(file);
  }
});
