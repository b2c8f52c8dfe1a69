import { heartbeat } from "./watchdog.ts";

/** Does nothing for a while. Synchronous: what changes the kernel's state runs on one thread, and awaits nothing. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

const STEP_MS = 2;

/** Waits until something is true. @param ms How long at most. @returns Whether it is. */
export function eventually(isTrue: () => boolean, ms: number): boolean {
  const end = performance.now() + ms;
  while (!isTrue()) {
    if (performance.now() >= end) return false;
    heartbeat();
    sleepSync(STEP_MS);
  }
  return true;
}
