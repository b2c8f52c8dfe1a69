/** The agent's task that keeps natra installed on its node, and what it does at its end. */
import type { Task } from "../agent/tasks.ts";
import type { InstallState } from "../install/install.ts";
import { keepInstalled } from "../install/keep.ts";
import type { Logger } from "../log/log.ts";
import type { CniDirectories } from "./cni_directories.ts";
import { installTarget } from "./install.ts";

/** Between the end of one run and the next: a run ends only when something is very wrong, or all is to end. */
const EVERY_MS = 1000;

/** An install that the agent keeps. */
export interface Installation {
  readonly task: Task;
  /** Why the next pod would not be natra's, in lines; empty: it is. */
  missing(): readonly string[];
}

/**
 * `natra install`, as long as the agent runs.
 *
 * @throws {Error} If natra is run from source.
 */
export function installation(directories: CniDirectories, logger: Logger): Installation {
  const target = installTarget(directories);
  let last: InstallState | null = null;
  return {
    task: {
      name: "install",
      everyMs: EVERY_MS,
      isNeeded: false, // a run does not end while all is well: what is missing is asked for
      run: (signal) => keepInstalled(target, { signal, logger, onState: (state) => last = state }),
    },
    missing: () => last?.isReady ? [] : [`install: ${last?.problem ?? "has not run yet"}`],
  };
}
