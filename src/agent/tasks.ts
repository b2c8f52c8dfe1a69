/** The agent's loop: tasks that run at its start, and then repeatedly until it stops. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Backoff, delay } from "../base/wait.ts";

/** A recurring job of the agent. */
export interface Task {
  /** For the log and for /readyz. */
  readonly name: string;
  /** Milliseconds between the end of one run and the next. */
  readonly everyMs: number;
  /** Whether the agent is ready only if the last run succeeded. */
  readonly isNeeded: boolean;
  /**
   * Runs once.
   *
   * @param signal Aborted when the agent stops: a run that waits must end then.
   * @throws {Error} If it failed; the error is logged, and the run is retried soon.
   */
  run(signal: AbortSignal): void | Promise<void>;
}

const FIRST_RETRY_MS = 1000;

/** Which tasks keep the agent from being ready. */
export class Progress {
  readonly #trouble = new Map<string, string>();

  /** @param tasks All of them; those that are needed count as not run yet. */
  constructor(tasks: readonly Task[]) {
    for (const { name, isNeeded } of tasks) if (isNeeded) this.#trouble.set(name, "has not run yet");
  }

  /** Why the agent is not ready, one line for each task; empty if it is ready. */
  get missing(): readonly string[] {
    return [...this.#trouble].map(([name, why]) => `${name}: ${why}`);
  }

  /** Notes the end of a run. @param error What was thrown; undefined if the run succeeded. */
  note(task: Task, error?: unknown): void {
    if (!task.isNeeded) return;
    if (error === undefined) this.#trouble.delete(task.name);
    else this.#trouble.set(task.name, describeError(error));
  }
}

/**
 * Runs tasks, independently of each other, until the signal is aborted and all have ended. A task that fails
 * is logged and retried: after a second, then after twice as long each time, up to its interval.
 */
export async function runTasks(
  tasks: readonly Task[],
  progress: Progress,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(tasks.map((task) => repeat(task, progress, logger, signal)));
}

async function repeat(task: Task, progress: Progress, logger: Logger, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff(Math.min(FIRST_RETRY_MS, task.everyMs), task.everyMs);
  while (!signal.aborted) {
    let wait = task.everyMs;
    try {
      await task.run(signal);
      progress.note(task);
      backoff.reset();
    } catch (error) {
      if (signal.aborted) return;
      wait = backoff.next();
      progress.note(task, error);
      logger.error("task failed", { task: task.name, error, retryMs: Math.round(wait) });
    }
    await delay(wait, signal);
  }
}
