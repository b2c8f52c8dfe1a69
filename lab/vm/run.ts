/**
 * Runs a command in a throw-away virtual machine with a chosen kernel:
 *
 *     deno task vm 6.12 build/natra -- ./natra version
 *
 * How it works: apt, with a private root, downloads a kernel of Debian's and a small userland of the same
 * release; `image.ts` makes of them, once, a read-only root image in the cache. A run adds a second image
 * with the given files, the guest's /w, boots both in QEMU, and reads exit code and /w/out back with debugfs.
 * Nothing is installed or mounted, no network is configured, and root's rights are not needed. An image stays
 * as it was built: remove its directory (`kernel-…`) from the cache to have the kernel's newest update.
 *
 * What matters to who uses it:
 * - QEMU emulates (TCG), about ten times slower than this processor. By default guest time is the host's, so
 *   a
 *   busy host distorts every latency. With `--icount 1` (and one processor) guest time is counted in
 *   instructions of 2 ns, and idle time is skipped: timings come out the same on any host, at any load.
 * - Under icount processors take turns; look for races without it, on two of them, and measure no latency
 *   there.
 * - The first use of a program reads it from the disk: `warm iperf3 /w/natra` before a measurement.
 * - The guest has no network but its own namespaces; bpffs, cgroup2, tracefs and /run/netns are there, lo is
 *   up,
 *   sch_htb, sch_fq, sch_fq_codel, sch_netem, ifb, veth, cls_bpf and tcp_bbr are loaded.
 * - All output comes through one serial port: standard error is mixed into standard output.
 *
 * @module
 */
import { helpOf, UsageError } from "../../tests/rig/options.ts";
import { parseRequest, VM } from "./arguments.ts";
import { VmError } from "./error.ts";
import { runInVm } from "./vm.ts";

export { VmError } from "./error.ts";
export { runInVm, type VmRequest, type VmResult } from "./vm.ts";

/** Exit codes of the runner's own failures, as timeout(1) has them. */
const EXIT_TIMEOUT = 124;
const EXIT_FAILURE = 125;

/**
 * The command line.
 *
 * @param args what was given
 * @returns the exit code: the command's own, 124 after a timeout, 125 if the runner failed
 */
async function main(args: readonly string[]): Promise<number> {
  const say = (text: string): number => Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  try {
    const request = parseRequest(args);
    if (request === null) {
      say(helpOf(VM));
      return 0;
    }
    const result = await runInVm({ ...request, onOutput: writeAll });
    return result.code;
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof VmError && error.kind === "usage");
    if (!isUsage && !(error instanceof VmError)) throw error;
    say(isUsage ? `vm: ${error.message}\n${helpOf(VM)}` : `vm: ${error.message}`);
    return error instanceof VmError && error.kind === "timeout" ? EXIT_TIMEOUT : EXIT_FAILURE;
  }
}

function writeAll(chunk: Uint8Array): void {
  let rest = chunk;
  while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
