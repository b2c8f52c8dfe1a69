import { assert, assertEquals, assertThrows } from "@std/assert";
import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { Namespace } from "../../tests/rig/namespace.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { NetNs } from "../net/netns.ts";
import { hasTcx, tcxPrograms } from "./features.ts";
import { libbpf, takeLog } from "./libbpf.ts";
import { kernelRelease } from "../kernel/version.ts";

const unable = needsRootAnd("libbpf.so");
if (unable === null) libbpf(); // here, because no test closes it

/** tcx came with Linux 6.6. */
const [major = 0, minor = 0] = kernelRelease().split(".").map(Number);
const expected = major > 6 || (major === 6 && minor >= 6);

testIf(unable, "hasTcx() finds tcx where the kernel is new enough for it, and not where it is older", () => {
  assertEquals(hasTcx(), expected);
});

testIf(
  unable ?? (expected ? null : "this kernel has no tcx"),
  "tcxPrograms() finds none in a fresh namespace",
  async () => {
    await using made = await Namespace.create("features-tcx");
    using netns = new NetNs(made.path);
    assertEquals(netns.run(() => tcxPrograms(1, "ingress")), []);
    assertEquals(netns.run(() => tcxPrograms(1, "egress")), []);
  },
);

testIf(
  unable ?? (expected ? null : "this kernel has no tcx"),
  "tcxPrograms() names the interface that is missing",
  async () => {
    await using made = await Namespace.create("features-none");
    using netns = new NetNs(made.path);
    const error = assertThrows(
      () => netns.run(() => tcxPrograms(4242, "egress")),
      NativeError,
      "interface 4242",
    );
    assertEquals(error.code, Errno.ENODEV);
  },
);

testIf(unable, "takeLog() gives libbpf's own words, once", () => {
  takeLog();
  assertEquals(libbpf().bpf_object__open_mem(new Uint8Array(64), 64n, new Uint8Array(0)), null);
  assert(takeLog().startsWith("libbpf: "));
  assertEquals(takeLog(), "");
});
