/** Maintains an install: it reacts at once to what other programs change in the directories. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Installer, type InstallState, type Target } from "./install.ts";
import { watchDirectories } from "./watch.ts";

/** How long to wait for what. */
export interface Patience {
  /** The grace period: how long a list may be missing or half-written before we act on it. */
  readonly graceMs: number;
  /** How often to look for changes that were not reported. */
  readonly pollMs: number;
  /** How long to leave our list alone after Cilium has renamed it: the first time, and the maximum. */
  readonly ciliumMs: readonly [first: number, max: number];
}

const PATIENCE: Patience = { graceMs: 5000, pollMs: 10_000, ciliumMs: [10_000, 600_000] };

/** How to maintain an install. */
export interface KeepOptions {
  /** Ends the loop; what is installed stays. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Called after each pass. */
  onState?(state: InstallState): void;
  readonly patience?: Patience;
}

/**
 * Installs, and installs again until the signal is aborted: when the main plugin's list changes, appears or
 * disappears, and when the executable is removed or replaced. A problem is logged once, and retried.
 */
export async function keepInstalled(target: Target, options: KeepOptions): Promise<void> {
  const { signal, logger, onState, patience = PATIENCE } = options;
  const installer = new Installer(target);
  // The watch begins before the first pass, so that no change after it is missed.
  using changes = watchDirectories([target.confDir, target.binDir], (why) => {
    logger.warn("cannot watch the CNI directories: polling them", { why });
  });
  let logged = "";
  let trouble = { what: "", since: 0 };
  let rewriteAt = Infinity;
  let [waitMs] = patience.ciliumMs;
  while (!signal.aborted) {
    const now = performance.now();
    const graceElapsed = trouble.what !== "" && now - trouble.since >= patience.graceMs;
    const rewriteRenamed = now >= rewriteAt;
    const state = await attempt(() => installer.pass({ graceElapsed, rewriteRenamed }, signal));
    if (signal.aborted) return;
    const what = state.isReady ? "" : `${state.original}: ${state.problem}`;
    if (what !== trouble.what) trouble = { what, since: now };
    if (!state.isRenamed) rewriteAt = Infinity;
    else if (rewriteAt === Infinity) {
      rewriteAt = now + waitMs;
      waitMs = Math.min(waitMs * 2, patience.ciliumMs[1]);
    }
    for (const change of state.changes) logger.info("installing", { change });
    logged = logChange(state, logged, logger);
    onState?.(state);
    const settlesAt = state.isPassing ? trouble.since + patience.graceMs : Infinity;
    const due = Math.min(now + patience.pollMs, settlesAt, rewriteAt);
    await changes.next(Math.max(1, due - performance.now()), signal);
  }
}

async function attempt(pass: () => Promise<InstallState>): Promise<InstallState> {
  try {
    return await pass();
  } catch (error) {
    const nothing = {
      isReady: false,
      list: null,
      original: null,
      isPassing: false,
      isRenamed: false,
      changes: [],
      written: null,
    };
    return { ...nothing, problem: describeError(error) };
  }
}

/** Logs the state if it is new. @returns The state that was logged last. */
function logChange(
  { isReady, isPassing, list, original, problem }: InstallState,
  before: string,
  logger: Logger,
): string {
  const now = isReady ? `ready ${list}` : problem ?? "";
  if (now === before || isPassing) return before;
  if (isReady) logger.info("installed", { list, original });
  else logger.warn("not installed", { problem, original });
  return now;
}
