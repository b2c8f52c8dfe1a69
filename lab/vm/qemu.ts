import { Apt } from "./apt.ts";
import { hostRelease } from "./aptroot.ts";
import { cached } from "./cache.ts";
import { findProgram } from "./command.ts";
import type { BootImage } from "./image.ts";
import { unpack } from "./userland.ts";

const PROGRAM = "qemu-system-x86_64";
const PACKAGE = "qemu-system-x86";

/** A QEMU to run. */
export interface Qemu {
  /** Absolute path. */
  readonly program: string;
  /** Arguments that tell it where its own files are. */
  readonly args: readonly string[];
  /** Variables it needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** A machine to be. */
export interface Machine {
  readonly image: BootImage;
  /** Path of the payload's ext4 image; the guest writes to it. */
  readonly payload: string;
  /** Path of the file that the kernel's console is written to. */
  readonly console: string;
  /** Memory in MiB. */
  readonly memory: number;
  readonly cpus: number;
  /** Virtual time: 2^icount ns for each instruction; absent: the host's clock. */
  readonly icount?: number;
}

/**
 * Finds QEMU: the machine's own, else one unpacked into the cache and not installed.
 *
 * @param log told what is being fetched
 * @returns how to start it
 * @throws {VmError} if it cannot be fetched
 */
export async function findQemu(log: (line: string) => void): Promise<Qemu> {
  const system = findProgram(PROGRAM);
  if (system !== undefined) return { program: system, args: [], env: {} };
  const release = await hostRelease();
  const directory = await cached("qemu", [release, PACKAGE], async (partial) => {
    log("Fetching QEMU (once)");
    const debs = `${partial}/debs`;
    await Apt.use(
      { release, extra: "security", onTopOfHost: true },
      (apt) => apt.downloadWithDependencies([PACKAGE], debs),
    );
    await unpack(debs, partial, ["./usr/share/doc"]);
    await Deno.remove(debs, { recursive: true });
  });
  const share = `${directory}/usr/share`;
  return {
    program: `${directory}/usr/bin/${PROGRAM}`,
    args: ["-L", `${share}/qemu`, "-L", `${share}/seabios`],
    env: { LD_LIBRARY_PATH: `${directory}/usr/lib/x86_64-linux-gnu:${directory}/lib/x86_64-linux-gnu` },
  };
}

/** The kernel's command line: no waiting, no mitigations that only slow an emulated processor down. */
const KERNEL_COMMAND_LINE = [
  "console=ttyS0 quiet panic=-1 nokaslr mitigations=off audit=0 apparmor=0 selinux=0",
  "tsc=reliable no_timer_check random.trust_cpu=on rcupdate.rcu_expedited=1",
].join(" ");

/**
 * QEMU's arguments for a machine without a network card, whose second serial port is standard output.
 *
 * @param machine what to run
 * @returns the arguments
 */
export function qemuArguments(machine: Machine): string[] {
  const virtual = machine.icount !== undefined;
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none"],
    ...["-machine", "q35", "-cpu", "max", "-smp", `${machine.cpus}`, "-m", `${machine.memory}`],
    ...["-accel", `tcg,tb-size=256,thread=${virtual ? "single" : "multi"}`],
    // sleep=off: when the guest idles, its clock jumps to the next timer instead of waiting
    ...(virtual ? ["-icount", `shift=${machine.icount},sleep=off`] : []),
    ...["-kernel", machine.image.vmlinuz, "-initrd", machine.image.initrd, "-append", KERNEL_COMMAND_LINE],
    ...["-chardev", `file,id=console,path=${quoted(machine.console)}`, "-serial", "chardev:console"],
    ...["-chardev", "stdio,id=output,signal=off", "-serial", "chardev:output"],
    ...disk("root", machine.image.root, ",readonly=on"),
    ...disk("payload", machine.payload, ""),
  ];
}

function disk(id: string, path: string, more: string): string[] {
  const drive = `file=${quoted(path)},if=none,format=raw,cache=unsafe,id=${id}${more}`;
  return ["-drive", drive, "-device", `virtio-blk-pci,drive=${id}`];
}

/** QEMU splits its options at commas; a doubled one stands for itself. */
function quoted(path: string): string {
  return path.replaceAll(",", ",,");
}
