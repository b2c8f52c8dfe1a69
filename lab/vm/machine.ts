import { onSignal } from "./cleanup.ts";
import { boundCommand } from "./command.ts";
import { VmError } from "./error.ts";
import type { Qemu } from "./qemu.ts";

/** How a machine ended. */
export interface Ended {
  /** What it wrote to its output port. */
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
 * @param timeout seconds of the host's time
 * @param onOutput given the output as it comes
 * @returns how it ended
 * @throws {VmError} of kind `crash` if QEMU fails
 */
export async function runMachine(
  qemu: Qemu,
  args: readonly string[],
  timeout: number,
  onOutput?: (chunk: Uint8Array) => void,
): Promise<Ended> {
  const start = performance.now();
  const process = boundCommand(qemu.program, [...qemu.args, ...args], {
    env: { ...qemu.env },
    stdin: "null",
    stdout: "piped",
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
    const output = await collect(process.stdout, onOutput);
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

async function collect(
  stream: ReadableStream<Uint8Array>,
  onChunk?: (chunk: Uint8Array) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    onChunk?.(chunk);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
