import { heartbeat } from "./watchdog.ts";

/** Blocks the thread: code that changes the kernel's state runs on one thread, and awaits nothing. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const STEP_MS = 2;

/** Polls a condition for at most `ms`. @returns Whether it became true. */
export function eventually(isTrue: () => boolean, ms: number): boolean {
  const end = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() >= end) return false;
    heartbeat();
    sleepSync(STEP_MS);
  }
  return true;
}
