import { Apt } from "./apt.ts";
import { cached } from "./cache.ts";
import type { BootImage } from "./image.ts";
import { buildTree } from "./userland.ts";

const RELEASE = "trixie";
const PROGRAM = "qemu-system-x86_64";
const PACKAGE = "qemu-system-x86";

/** A QEMU to run. */
export interface Qemu {
  /** Absolute path. */
  readonly program: string;
  /** Arguments that say where its own files are. */
  readonly args: readonly string[];
}

/** Room for both disks in the guest's address space, in MiB. */
const DISKS_MIB = 8192;
/**
 * The processor: all that QEMU can emulate, except what is slow to emulate and no test is about. Copies by
 * `rep movsb` (erms, fsrm) take an instruction per byte, and guarding each access to user memory (smap) ends a
 * translated block. A fifth level of page tables (la57) is walked for nothing.
 */
const CPU = "max,-erms,-fsrm,-smap,-la57";

/** A machine to be. */
export interface Machine {
  readonly image: BootImage;
  /** Path of the payload's ext4 image; the guest writes to it. */
  readonly payload: string;
  /** Path of the file that the kernel's console is written to. */
  readonly console: string;
  /** Path of the file that the command's output is written to. */
  readonly output: string;
  /** Memory in MiB. */
  readonly memory: number;
  readonly cpus: number;
  /** Virtual time: 2^icount ns for each instruction; absent: the host's clock. */
  readonly icount?: number;
  /** With icount: what all randomness comes from, 1 by default. */
  readonly seed?: number;
}

/**
 * Gets QEMU: of one release, unpacked into the cache and not installed. It runs by its own loader and
 * libraries, so any Linux of this architecture will do, and every machine's figures are one QEMU's. Before 8.1
 * guests with several processors died of QEMU now and then, and 10 emulates programs twice as fast as 7.2.
 *
 * @param log told what is being fetched
 * @returns how to start it
 * @throws {VmError} if it cannot be fetched
 */
export async function findQemu(log: (line: string) => void): Promise<Qemu> {
  const directory = await cached("qemu", [RELEASE, PACKAGE], async (partial) => {
    log("Fetching QEMU (once)");
    const debs = `${partial}/debs`;
    await Apt.use(
      { release: RELEASE, extra: "security" },
      (apt) => apt.downloadWithDependencies([PACKAGE], debs),
    );
    await buildTree(debs, partial, ["./usr/share/doc"]);
    await Deno.remove(debs, { recursive: true });
  });
  const libraries = `${directory}/usr/lib/x86_64-linux-gnu`, share = `${directory}/usr/share`;
  const loader = ["--library-path", libraries, `${directory}/usr/bin/${PROGRAM}`];
  return {
    program: `${libraries}/ld-linux-x86-64.so.2`,
    args: [...loader, "-L", `${share}/qemu`, "-L", `${share}/seabios`],
  };
}

/**
 * The kernel's command line: no waiting, and no mitigations or hardening that only slow an emulated processor
 * down. Without init_on_alloc the kernel does not clear what it is about to overwrite, packets among it.
 */
const KERNEL_COMMAND_LINE = [
  "console=ttyS0 quiet panic=-1 nokaslr mitigations=off audit=0 apparmor=0 selinux=0",
  "init_on_alloc=0 hardened_usercopy=off lpj=4000000",
  "tsc=reliable no_timer_check random.trust_cpu=on rcupdate.rcu_expedited=1",
].join(" ");

/**
 * QEMU's arguments for a machine without a network card, whose second serial port is a file.
 *
 * With `icount` the machine is deterministic: the same files give the same run, instruction by instruction,
 * whatever the host does meanwhile. Nothing in it waits for the host: the disks are memory, which is there at
 * once, where a block device completes when the host gets to it, and the idle guest's clock has jumped on by
 * then; both serial ports write to files; the wall clock is the virtual one; and randomness has a seed.
 *
 * @param machine what to run
 * @returns the arguments
 */
export function qemuArguments(machine: Machine): string[] {
  const virtual = machine.icount !== undefined;
  return [
    ...["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none"],
    ...["-machine", "q35,nvdimm=on", "-cpu", CPU, "-smp", `${machine.cpus}`],
    ...["-m", `${machine.memory},slots=2,maxmem=${machine.memory + DISKS_MIB}M`],
    ...["-accel", `tcg,tb-size=256,thread=${virtual ? "single" : "multi"}`],
    ...(virtual ? virtualTime(machine.icount, machine.seed ?? 1) : []),
    ...["-kernel", machine.image.vmlinuz, "-initrd", machine.image.initrd, "-append", KERNEL_COMMAND_LINE],
    ...serial("console", machine.console),
    ...serial("output", machine.output),
    ...disk("root", machine.image.root, "readonly"),
    ...disk("payload", machine.payload, "written"),
  ];
}

/** sleep=off: when the guest idles, its clock jumps to the next timer instead of waiting. */
function virtualTime(icount: number, seed: number): string[] {
  return [
    "-icount",
    `shift=${icount},sleep=off`,
    "-rtc",
    "base=2030-01-01T00:00:00,clock=vm",
    "-seed",
    `${seed}`,
  ];
}

function serial(id: string, path: string): string[] {
  return ["-chardev", `file,id=${id},path=${quoted(path)}`, "-serial", `chardev:${id}`];
}

/** A disk that is memory: a persistent DIMM. */
function disk(id: string, path: string, use: "readonly" | "written"): string[] {
  const { size } = Deno.statSync(path);
  const access = use === "readonly" ? "share=off,readonly=on" : "share=on";
  const device = `nvdimm,id=${id},memdev=${id}-memory${use === "readonly" ? ",unarmed=on" : ""}`;
  const memory = `memory-backend-file,id=${id}-memory,mem-path=${quoted(path)},size=${size},${access}`;
  return ["-object", memory, "-device", device];
}

/** QEMU splits its options at commas; a doubled one stands for itself. */
function quoted(path: string): string {
  return path.replaceAll(",", ",,");
}
