/** How long to wait for a pipe that is not ready, by default. */
const PATIENCE_MS = 10_000;

/**
 * Writes all bytes, in as many parts as the system needs. Waits for a non-blocking pipe that is full.
 *
 * @param patienceMs How long to wait for a full pipe; 0 for a sink that may have accepted some of the bytes
 * when it reports that it would block.
 * @throws {Error} If the sink fails, or its reader reads nothing for that long.
 */
export function writeAll(
  sink: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
  patienceMs: number = PATIENCE_MS,
): void {
  let written = 0;
  while (written < bytes.length) {
    const count = whenReady(() => sink.writeSync(bytes.subarray(written)), patienceMs);
    if (count === 0) throw new Error("Cannot write: the sink accepts no bytes");
    written += count;
  }
}

/**
 * Reads to the end.
 *
 * @returns What was read; null if there is more than `maxBytes`.
 * @throws {Error} If the source fails.
 */
export function readAll(
  source: { readSync(into: Uint8Array): number | null },
  maxBytes: number,
): Uint8Array | null {
  let buffer = new Uint8Array(16 * 1024);
  let length = 0;
  while (true) {
    const read = whenReady(() => source.readSync(buffer.subarray(length)), PATIENCE_MS);
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

/** Repeats a call that would block every millisecond; the thread sleeps in between. */
function whenReady<T>(call: () => T, patienceMs: number): T {
  for (let waitedMs = 0;; waitedMs++) {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock) || waitedMs >= patienceMs) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}
