import { checkErrno, cstr, embedded } from "../../ffi/native.ts";
import { symbols } from "../../ffi/libnatra.ts";
import { formatLine } from "../base/log/line.ts";

/** What the watchdog does if this process crashes or hangs. */
export interface WatchdogOrders {
  /** Goes to stdout, as it is; may be empty. */
  readonly answer: string;
  /** Takes one line that says what happened. */
  readonly logFile: string;
  /** Seconds that one step may take: after them the process counts as hung. */
  readonly timeout: number;
  /** Goes into the line. */
  readonly logContext: Readonly<Record<string, unknown>>;
}

/** How many times one step's time all of them may take, and the seconds beyond which a runtime may have lost patience. */
const STEPS = 6;
const LONGEST = 120;

let alive: (() => void) | undefined;

/**
 * Tells the watchdog, if one is set, that a step was made. Many pods that start at once wait for the kernel's RTNL lock at every
 * step, and longer in all than a call may hang.
 */
export function heartbeat(): void {
  alive?.();
}

/**
 * Sets the watchdog: a crash or a hang in native code from now on ends in the prepared answer and exit code 0. Disposing it
 * calls it off, and must come before the caller answers.
 *
 * @throws {NativeError} If signals cannot be handled.
 */
export function setWatchdog({ answer, logFile, timeout, logContext }: WatchdogOrders): Disposable {
  const most = Math.min(STEPS * timeout, Math.max(timeout, LONGEST));
  const library = embedded("libnatra.so", symbols);
  const line = (what: string): Uint8Array<ArrayBuffer> => cstr(formatLine("error", what, logContext));
  const armed = library.natra_watchdog_arm(
    cstr(answer),
    cstr(logFile),
    line("crashed in native code: the pod is left as it is"),
    line(`gave up: a step took ${timeout} s, or all of them ${most} s: the pod is left as it is`),
    timeout,
    most,
  );
  checkErrno("set the watchdog", armed);
  alive = library.natra_watchdog_alive;
  return {
    [Symbol.dispose](): void {
      alive = undefined;
      library.natra_watchdog_disarm();
    },
  };
}
