import { assertEquals } from "@std/assert";
import { qemuArguments } from "./qemu.ts";

const machine = {
  image: { vmlinuz: "/c/vmlinuz", initrd: "/c/initrd", root: "/c/a,b/root.img" },
  payload: "/r/payload.img",
  console: "/r/console",
  memory: 512,
  cpus: 2,
};

/** The value that follows an option. */
function valueOf(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option);
  return index < 0 ? undefined : args[index + 1];
}

Deno.test("qemuArguments() gives the guest no network card", () => {
  assertEquals(valueOf(qemuArguments(machine), "-nic"), "none");
});

Deno.test("qemuArguments() counts instructions on one thread only if asked to", () => {
  const plain = qemuArguments(machine);
  assertEquals(valueOf(plain, "-icount"), undefined);
  assertEquals(valueOf(plain, "-accel")?.includes("thread=multi"), true);
  const virtual = qemuArguments({ ...machine, icount: 1 });
  assertEquals(valueOf(virtual, "-icount"), "shift=1,sleep=off");
  assertEquals(valueOf(virtual, "-accel")?.includes("thread=single"), true);
});

Deno.test("qemuArguments() doubles the commas of a path and keeps the root read-only", () => {
  const drive = valueOf(qemuArguments(machine), "-drive") ?? "";
  assertEquals(drive.startsWith("file=/c/a,,b/root.img,"), true);
  assertEquals(drive.endsWith(",readonly=on"), true);
});
