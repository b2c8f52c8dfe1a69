/**
 * Being told to stop. A signal does not end the process: it ends the waiting, so that every `await using` on
 * the way out removes what it owns, as after any other error.
 */

/** Thrown out of whatever waits when the process is told to stop. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  /** @param signal what arrived */
  constructor(readonly signal: Deno.Signal) {
    super(`Stopped by ${signal}`);
  }

  /** The exit status that a shell gives for this signal. */
  get exitCode(): number {
    return 128 + { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[this.signal as string]!;
  }
}

const controller = new AbortController();

/** Aborted, with an {@linkcode Interrupted} as its reason, as soon as the process is told to stop. */
export const interruption: AbortSignal = controller.signal;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an {@linkcode Interrupted} for as long as the result lives. Later
 * signals are ignored: the clean-up is short, and half of one is worse than none.
 *
 * @returns the owner of the signal handlers
 */
export function stopOnSignals(): Disposable {
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const handler = (): void => controller.abort(new Interrupted(signal));
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return {
    [Symbol.dispose](): void {
      for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}

/**
 * Waits for a promise, or for the process to be told to stop, whichever comes first.
 *
 * @param promise what to wait for
 * @returns its value
 * @throws {Interrupted} when told to stop
 */
export async function orInterruption<T>(promise: Promise<T>): Promise<T> {
  interruption.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(interruption.reason);
  interruption.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, stopped.promise]);
  } finally {
    interruption.removeEventListener("abort", stop);
  }
}

/**
 * Sleeps.
 *
 * @param ms for how long, in milliseconds
 * @throws {Interrupted} when told to stop
 */
export async function pause(ms: number): Promise<void> {
  let timer: number | undefined;
  try {
    await orInterruption(new Promise<void>((resolve) => timer = setTimeout(resolve, Math.max(0, ms))));
  } finally {
    clearTimeout(timer);
  }
}
