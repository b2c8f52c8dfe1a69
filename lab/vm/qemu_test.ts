import { assertEquals } from "@std/assert";
import { qemuArguments } from "./qemu.ts";

const disk = await Deno.makeTempFile({ prefix: "natra-disk,a-" });
globalThis.addEventListener("unload", () => Deno.removeSync(disk));
await Deno.truncate(disk, 4096);

const machine = {
  image: { vmlinuz: "/c/vmlinuz", initrd: "/c/initrd", root: disk },
  payload: disk,
  console: "/r/console",
  output: "/r/out,put",
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

Deno.test("qemuArguments() leaves a machine in virtual time nothing that depends on the host", () => {
  const virtual = qemuArguments({ ...machine, icount: 1, seed: 7 });
  assertEquals(valueOf(virtual, "-seed"), "7");
  assertEquals(valueOf(virtual, "-rtc")?.endsWith("clock=vm"), true);
  // Of these a block device would complete, and a pipe take more, when the host gets to it.
  assertEquals(virtual.filter((argument) => /virtio|^-drive|stdio|pipe/.test(argument)), []);
});

Deno.test("qemuArguments() doubles the commas of a path and keeps the root read-only", () => {
  const args = qemuArguments(machine);
  const memory = args.filter((argument) => argument.startsWith("memory-backend-file,"));
  assertEquals(
    memory.map((argument) => argument.includes(`mem-path=${disk.replaceAll(",", ",,")},size=4096`)),
    [
      true,
      true,
    ],
  );
  assertEquals(memory.map((argument) => argument.includes("readonly=on")), [true, false]);
  assertEquals(args.includes("file,id=output,path=/r/out,,put"), true);
});
