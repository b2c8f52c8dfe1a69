/** How long, in milliseconds, a pipe that is not ready is waited for unless the caller says. */
const PATIENCE = 10_000;

/**
 * Writes all bytes, however few the system takes at a time. A pipe that was made non-blocking and is full is
 * waited for.
 *
 * @param sink Where to write, e.g. `Deno.stdout`.
 * @param bytes What to write.
 * @param patience How long, in milliseconds, a full pipe is waited for; 0 for a sink that may have taken some
 * of the bytes when it says that it would block.
 * @throws {Error} If the sink fails or its reader takes nothing for that long.
 */
export function writeAll(
  sink: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
  patience: number = PATIENCE,
): void {
  let written = 0;
  while (written < bytes.length) {
    const count = whenReady(() => sink.writeSync(bytes.subarray(written)), patience);
    if (count === 0) throw new Error("Cannot write: the sink accepts no bytes");
    written += count;
  }
}

/**
 * Reads to the end.
 *
 * @param source Where to read, e.g. `Deno.stdin`.
 * @param maxBytes The most that is accepted, in bytes.
 * @returns What was read, or null if there is more than that.
 * @throws {Error} If the source fails.
 */
export function readAll(
  source: { readSync(into: Uint8Array): number | null },
  maxBytes: number,
): Uint8Array | null {
  let buffer = new Uint8Array(16 * 1024);
  let length = 0;
  while (true) {
    const read = whenReady(() => source.readSync(buffer.subarray(length)), PATIENCE);
    if (read === null) return buffer.subarray(0, length);
    length += read;
    if (length > maxBytes) return null;
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 4);
      larger.set(buffer);
      buffer = larger;
    }
  }
}

/** Repeats a call that would block, a millisecond apart; the thread sleeps meanwhile. */
function whenReady<T>(call: () => T, patience: number): T {
  for (let waited = 0;; waited++) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock) || waited >= patience) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
