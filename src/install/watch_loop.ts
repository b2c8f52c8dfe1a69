/** An install that lasts: what others change in the directories is answered at once. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Installer, type InstallState, type Target } from "./install.ts";
import { watchDirectories } from "./watch.ts";

/** Milliseconds. */
export interface Patience {
  /** How long a list may be missing or half-written before it is believed. */
  readonly grace: number;
  /** How often all is looked at where nothing tells of a change. */
  readonly poll: number;
  /** How long our list is left alone that Cilium has renamed: at first, and at most. */
  readonly cilium: readonly [first: number, most: number];
}

const PATIENCE: Patience = { grace: 5000, poll: 10_000, cilium: [10_000, 600_000] };

/** How to keep an install. */
export interface KeepOptions {
  /** Ends it; what is installed stays. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Told after each pass. */
  onState?(state: InstallState): void;
  readonly patience?: Patience;
}

/**
 * Installs, and keeps it so until it is told to end: when the main plugin's list changes, appears or goes,
 * when the executable is removed or replaced. What goes wrong is logged once, and tried again.
 */
export async function keepInstalled(target: Target, options: KeepOptions): Promise<void> {
  const { signal, logger, onState, patience = PATIENCE } = options;
  const installer = new Installer(target);
  // Before the first look: what changes after it was looked at is not missed.
  using changes = watchDirectories([target.confDir, target.binDir], (why) => {
    logger.warn("cannot watch the CNI directories: polling them", { why });
  });
  let said = "";
  let trouble = { what: "", since: 0 };
  let rewriteAt = Infinity;
  let [wait] = patience.cilium;
  while (!signal.aborted) {
    const now = performance.now();
    const graceElapsed = trouble.what !== "" && now - trouble.since >= patience.grace;
    const rewriteRenamed = now >= rewriteAt;
    const state = await attempt(() => installer.pass({ graceElapsed, rewriteRenamed }, signal));
    if (signal.aborted) return;
    const what = state.isReady ? "" : `${state.original}: ${state.problem}`;
    if (what !== trouble.what) trouble = { what, since: now };
    if (!state.isRenamed) rewriteAt = Infinity;
    else if (rewriteAt === Infinity) {
      rewriteAt = now + wait;
      wait = Math.min(wait * 2, patience.cilium[1]);
    }
    for (const change of state.changes) logger.info("installing", { change });
    said = say(state, said, logger);
    onState?.(state);
    const settlesAt = state.isPassing ? trouble.since + patience.grace : Infinity;
    const due = Math.min(now + patience.poll, settlesAt, rewriteAt);
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
    };
    return { ...nothing, problem: describeError(error) };
  }
}

/** Says what is new. @returns What was said. */
function say(
  { isReady, isPassing, list, original, problem }: InstallState,
  said: string,
  logger: Logger,
): string {
  const now = isReady ? `ready ${list}` : problem ?? "";
  if (now === said || isPassing) return said;
  if (isReady) logger.info("installed", { list, original });
  else logger.warn("not installed", { problem, original });
  return now;
}
