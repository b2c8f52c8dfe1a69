import { requireProgram } from "./command.ts";
import { VmError } from "./error.ts";
import { copyFromImage, readFromImage } from "./ext4.ts";
import { bootImage } from "./image.ts";
import { findKernel } from "./kernels.ts";
import { runMachine } from "./machine.ts";
import { makePayload } from "./payload.ts";
import { findQemu, qemuArguments } from "./qemu.ts";
import { Room } from "./room.ts";

/** What to run, and in what machine. */
export interface VmRequest {
  /** Kernel, as named in `KERNELS`. */
  readonly kernel: string;
  /** Script for bash, run as root in /w; `warm NAME…` reads programs into memory before a timing. */
  readonly command: string;
  /** Files and directories that the guest finds in /w; of `dir/` the contents. */
  readonly files?: readonly string[];
  /** Memory in MiB, 1024 by default. */
  readonly memory?: number;
  /** Processors: 1 by default. With more, in virtual time, 5.10 and 6.1 hang. */
  readonly cpus?: number;
  /** Virtual time of 2^icount ns for each instruction, whatever the host's load. */
  readonly icount?: number;
  /**
   * With icount: what all randomness in the guest comes from, 1 by default. The same seed and files give the
   * same run.
   */
  readonly seed?: number;
  /** Seconds of the host's time after which the machine is ended, 600 by default. */
  readonly timeout?: number;
  /** Where the guest's /w/out is copied to; made if it is not there. */
  readonly outDir?: string;
  /** Given the output as it comes. */
  readonly onOutput?: (chunk: Uint8Array) => void;
  /** Given progress: what is built and fetched the first time. By default it goes to standard error. */
  readonly log?: (line: string) => void;
}

/** How the command ended. */
export interface VmResult {
  /** The command's exit code. */
  readonly code: number;
  /** Its standard output and standard error, as they came. */
  readonly output: string;
  /** Seconds of the host's time from the machine's start to its end. */
  readonly seconds: number;
  /** Seconds that the command took by the guest's clock. */
  readonly guestSeconds: number;
  /** Where the guest's /w/out is now, if it was asked for. */
  readonly outDir?: string;
}

/**
 * Boots a kernel in a throw-away virtual machine and runs a command in it.
 *
 * @param request what to run
 * @returns how the command ended, even if it failed
 * @throws {VmError} if there was no result: bad request, missing tools, timeout, crash
 */
export async function runInVm(request: VmRequest): Promise<VmResult> {
  const log = request.log ?? logToStderr;
  const timeout = request.timeout ?? 600;
  const kernel = findKernel(request.kernel);
  checkHost();
  const qemu = await findQemu(log);
  const image = await bootImage(kernel, log);
  using room = await Room.open();
  const payload = await makePayload(request.files ?? [], request.command, room.path);
  const console = `${room.path}/console`;
  const output = `${room.path}/output`;
  const args = qemuArguments({
    ...{ image, payload, console, output },
    memory: request.memory ?? 1024,
    cpus: request.cpus ?? 1,
    ...(request.icount === undefined ? {} : { icount: request.icount }),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
  });
  // A machine in virtual time can wait without noticing.
  const polite = request.icount === undefined ? qemu : {
    program: requireProgram("nice"),
    args: ["-n", "10", qemu.program, ...qemu.args],
  };
  const ended = await runMachine(polite, args, { timeout, output }, request.onOutput);
  if (request.outDir !== undefined) await copyFromImage(payload, "out", room.path, request.outDir);
  if (ended.timedOut) {
    const limit = `Timed out after ${timeout} s running the command in kernel "${kernel.name}"`;
    throw new VmError("timeout", limit, ended.output);
  }
  const note = async (name: string): Promise<string> => (await readFromImage(payload, `/.vm/${name}`)).trim();
  const code = await note("status");
  if (!/^\d+$/.test(code)) {
    const said = await Deno.readTextFile(console).catch(() => "");
    throw new VmError(
      "crash",
      `The machine with kernel "${kernel.name}" ended without a result; console: ${said.slice(-3000)}`,
      ended.output,
    );
  }
  const guestSeconds = Number(await note("ended")) - Number(await note("started"));
  const result = { code: Number(code), output: ended.output, seconds: ended.seconds, guestSeconds };
  return request.outDir === undefined ? result : { ...result, outDir: request.outDir };
}

function checkHost(): void {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new VmError(
      "host",
      `Cannot run the machine on ${Deno.build.os} ${Deno.build.arch}: it takes linux x86_64`,
    );
  }
  // before the downloads, not after them
  for (
    const program of [
      "apt-get",
      "bash",
      "cp",
      "debugfs",
      "dpkg",
      "du",
      "mke2fs",
      "nice",
      "setpriv",
      "tar",
      "xz",
    ]
  ) {
    requireProgram(program);
  }
}

function logToStderr(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`vm: ${line}\n`));
}
