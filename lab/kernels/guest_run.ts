/** A plan in a guest. */
import { type HostLoad, HostWatch } from "../../tests/rig/host_load.ts";
import { runInVm } from "../vm/run.ts";
import type { GuestFiles } from "./guest_files.ts";
import type { Plan } from "./plan.ts";
import { type CheckReport, parseReport, parseReports } from "./report.ts";

/** Programs that a timing must not have to read from the disk first. */
const WARM = "/w/natra /w/checks /w/requests iperf3 tc ip ss nsenter sysctl bpftool ping find";
/** MiB: two copies of Deno's runtime in the page cache, and a few processes of it. */
const MEMORY = 1536;
/**
 * Virtual time of 1 ns for each instruction: half of what lab/vm/run.ts recommends, so a processor twice as
 * fast for the same work of the host's. With 2 ns, 100M of elephants each way nearly fill it, and a request's
 * latency is the wait for it.
 */
export const ICOUNT = 0;
/** Seconds of the host's time, on a host that has other things to do as well. */
const TIMEOUT = 1500;

/** What a guest told. */
export interface GuestRun {
  readonly checks: readonly CheckReport[];
  readonly host: HostLoad;
}

/**
 * Runs a plan.
 *
 * @param kernel as named in lab/vm/kernels.ts
 * @param plan what to run
 * @param files what the guest needs
 * @param only part of the names of the checks to run; default: all
 * @returns what it told
 * @throws {VmError} if the machine ended without a result
 * @throws {Error} if the report was cut short
 */
export async function runGuest(
  kernel: string,
  plan: Plan,
  files: GuestFiles,
  only?: string,
): Promise<GuestRun> {
  const watch = new HostWatch();
  const { output } = await runInVm({
    kernel,
    files: [`${files.directory}/`],
    command: `warm ${WARM} && ./checks ${plan} ${files.meterSeconds} ${
      only === undefined ? "" : `'${only}'`
    }`,
    memory: MEMORY,
    timeout: TIMEOUT,
    onOutput: progress(kernel, plan),
    ...(plan === "races" ? { cpus: 2 } : { icount: ICOUNT }),
  });
  return { checks: parseReports(output), host: watch.load() };
}

/** Says each check as it ends: a machine takes minutes. */
function progress(kernel: string, plan: Plan): (chunk: Uint8Array) => void {
  const text = new TextDecoder();
  const start = performance.now();
  let unfinished = "";
  return (chunk) => {
    const lines = (unfinished + text.decode(chunk, { stream: true })).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) {
      const report = parseReport(line);
      if (report === null || !("check" in report)) continue;
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      const ended = report.error === null ? "ok" : "FAILED";
      const said = `kernel ${kernel}, ${plan}: ${report.check}: ${ended} (${seconds} s)\n`;
      Deno.stderr.writeSync(new TextEncoder().encode(said));
    }
  };
}
