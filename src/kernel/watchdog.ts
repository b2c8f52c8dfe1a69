import { checkErrno, cstr, embedded } from "../../ffi/native.ts";
import { symbols } from "../../ffi/libwatchdog.ts";
import { formatLine } from "../base/log/line.ts";

/** What the watchdog does if this process crashes or hangs. */
export interface WatchdogOptions {
  /** Written to stdout unchanged; may be empty. */
  readonly answer: string;
  /** Gets one line that says what happened. */
  readonly logFile: string;
  /** Seconds that one step may take: after them the process counts as hung. */
  readonly timeout: number;
  /** Fields of that line. */
  readonly logContext: Readonly<Record<string, unknown>>;
}

/** All steps together may take this multiple of one step's timeout. */
const MAX_STEPS = 6;
/** They may not take longer than this, unless one step may: a runtime may give up later. */
const MAX_SECONDS = 120;

let beat: (() => void) | undefined;

/**
 * Reports a completed step to the watchdog, if one is armed. When many pods start at once, each step waits
 * for the kernel's RTNL lock, and all steps together may take longer than one call may hang.
 */
export function heartbeat(): void {
  beat?.();
}

/**
 * Arms the watchdog: from now on a crash or a hang in native code ends the process with the prepared answer
 * and exit code 0. Dispose of the result before answering, which disarms the watchdog.
 *
 * @throws {NativeError} If signals cannot be handled.
 */
export function setWatchdog({ answer, logFile, timeout, logContext }: WatchdogOptions): Disposable {
  const max = Math.min(MAX_STEPS * timeout, Math.max(timeout, MAX_SECONDS));
  const library = embedded("libwatchdog.so", symbols);
  const line = (what: string): Uint8Array<ArrayBuffer> => cstr(formatLine("error", what, logContext));
  const armed = library.watchdog_arm(
    cstr(answer),
    cstr(logFile),
    line("crashed in native code: the pod is left as it is"),
    line(`timed out: a step took ${timeout} s, or all steps together ${max} s: the pod is left as it is`),
    timeout,
    max,
  );
  checkErrno("arm the watchdog", armed);
  beat = library.watchdog_heartbeat;
  return {
    [Symbol.dispose](): void {
      beat = undefined;
      library.watchdog_disarm();
    },
  };
}
