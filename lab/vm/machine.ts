import { onSignal } from "./cleanup.ts";
import { boundCommand } from "./command.ts";
import { VmError } from "./error.ts";
import type { Qemu } from "./qemu.ts";

const POLL_MS = 100;

/** How a machine ended. */
export interface Ended {
  /** What its command wrote. */
  readonly output: string;
  /** Seconds of the host's time that it ran. */
  readonly seconds: number;
  /** Whether it had to be ended. */
  readonly timedOut: boolean;
}

/**
 * Runs a machine until it turns itself off, or its time is up.
 *
 * @param qemu how to start QEMU
 * @param args the machine, as `qemuArguments()` describes it
 * @param until seconds of the host's time after which it is ended, and the file that its output is written to
 * @param onOutput given the output as it comes
 * @returns how it ended
 * @throws {VmError} of kind `crash` if QEMU fails
 */
export async function runMachine(
  qemu: Qemu,
  args: readonly string[],
  { timeout, output: path }: { readonly timeout: number; readonly output: string },
  onOutput?: (chunk: Uint8Array) => void,
): Promise<Ended> {
  const start = performance.now();
  const process = boundCommand(qemu.program, [...qemu.args, ...args], {
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const end = (): void => {
    try {
      process.kill("SIGKILL");
    } catch {
      // it has ended by itself
    }
  };
  const withdraw = onSignal(end);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, timeout * 1000);
  try {
    const complaints = new Response(process.stderr).text();
    const output = await follow(path, process.status, onOutput);
    const { code } = await process.status;
    if (code !== 0 && !timedOut) {
      throw new VmError(
        "crash",
        `QEMU failed (exit ${code}): ${(await complaints).trim().slice(-2000)}`,
        output,
      );
    }
    await complaints;
    return { output, seconds: (performance.now() - start) / 1000, timedOut };
  } finally {
    clearTimeout(timer);
    withdraw();
    end(); // the caller's onOutput may have thrown while it runs
    await process.status;
  }
}

/**
 * Reads a file as it grows. It is a file and no pipe: a full pipe would have the guest wait for its reader.
 *
 * @param ended when no more will be written
 */
async function follow(
  path: string,
  ended: Promise<unknown>,
  onChunk?: (chunk: Uint8Array) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let isOver = false;
  void ended.then(() => isOver = true);
  let text = "";
  using file = await Deno.open(path, { read: true, write: true, create: true });
  for (;;) {
    const wasOver = isOver;
    const length = await file.read(buffer);
    if (length !== null) {
      const chunk = buffer.slice(0, length);
      onChunk?.(chunk);
      text += decoder.decode(chunk, { stream: true });
    } else if (wasOver) {
      return text + decoder.decode();
    } else {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
