/** The agent's loop: tasks that run at its start, and again and again until it is told to stop. */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { Backoff, delay } from "../base/wait.ts";

/** Something that the agent does. */
export interface Task {
  /** For the log and for /readyz. */
  readonly name: string;
  /** Milliseconds between the end of one run and the next. */
  readonly everyMs: number;
  /** Whether the agent is ready only while the last run of this went well. */
  readonly isNeeded: boolean;
  /**
   * Does it once.
   *
   * @param signal Told to stop: a run that waits for something must end then.
   * @throws {Error} If it failed; it is logged, and tried again soon.
   */
  run(signal: AbortSignal): void | Promise<void>;
}

const FIRST_RETRY_MS = 1000;

/** What the tasks have come to. */
export class Progress {
  readonly #trouble = new Map<string, string>();

  /** @param tasks All of them: those that are needed have not run yet. */
  constructor(tasks: readonly Task[]) {
    for (const { name, isNeeded } of tasks) if (isNeeded) this.#trouble.set(name, "has not run yet");
  }

  /** Why the agent is not ready, one line for each task; empty: it is. */
  get missing(): readonly string[] {
    return [...this.#trouble].map(([name, why]) => `${name}: ${why}`);
  }

  /** A run ended. @param error What was thrown; undefined: it went well. */
  note(task: Task, error?: unknown): void {
    if (!task.isNeeded) return;
    if (error === undefined) this.#trouble.delete(task.name);
    else this.#trouble.set(task.name, describeError(error));
  }
}

/**
 * Runs tasks, each by itself, until told to stop. One that fails is logged and tried again: after a second, then twice as
 * long each time, up to its interval.
 *
 * @param tasks Which.
 * @param progress Is told how each run ended.
 * @param signal Told to stop.
 * @returns When all of them have ended.
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
