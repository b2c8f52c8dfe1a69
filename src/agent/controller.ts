/**
 * A controller: informers' handlers add keys to a work queue, and a function syncs the state of each key with
 * its object.
 */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { isConflict, retryAfterMs } from "../kube/errors.ts";
import type { WorkQueue } from "../kube/work_queue.ts";
import type { Task } from "./tasks.ts";

export interface ControllerOptions {
  /** For the log, for example `egress`. */
  readonly name: string;
  /** Filled by the informers' handlers. */
  readonly queue: WorkQueue;
  /** No key is synced before all of them have listed once. */
  readonly informers: readonly { readonly synced: Promise<void> }[];
  /**
   * Syncs a key from the informers' stores. An object that is not in them is gone.
   *
   * @throws {Error} The key is retried, later with each failure.
   */
  readonly sync: (key: string, signal: AbortSignal) => Promise<void>;
  /** How many keys are synced at the same time; never one key twice. */
  readonly concurrency?: number;
  readonly logger: Logger;
}

const CONCURRENCY = 2;
/** A task that ended by itself is started again, like any other task. */
const EVERY_MS = 1000;

/** The task that runs a controller. It ends when the syncs that have begun have ended. */
export function controllerTask(options: ControllerOptions): Task {
  return {
    name: `${options.name} controller`,
    everyMs: EVERY_MS,
    isNeeded: false,
    run: (signal) => run(options, signal),
  };
}

async function run(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const { queue, informers, concurrency = CONCURRENCY } = options;
  const aborted = Promise.withResolvers<void>();
  const stop = (): void => aborted.resolve();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const synced = Promise.all(informers.map(({ synced }) => synced));
  await Promise.race([synced, aborted.promise]);
  const workers = Array.from({ length: concurrency }, () => work(options, signal));
  await aborted.promise;
  await queue.shutDown();
  await Promise.all(workers);
}

async function work({ name, queue, sync, logger }: ControllerOptions, signal: AbortSignal): Promise<void> {
  for (let key = await queue.get(); key !== null; key = await queue.get()) {
    try {
      // Keys that are left at the end are skipped: the next process lists everything again.
      if (!signal.aborted) await sync(key, signal);
      queue.forget(key);
    } catch (error) {
      queue.addRateLimited(key, retryAfterMs(error) ?? 0);
      if (!signal.aborted) {
        const fields = { controller: name, key, error: describeError(error), retries: queue.retries(key) };
        // Another writer was faster, which is normal: the retry repairs it.
        logger[isConflict(error) ? "debug" : "error"]("sync failed", fields);
      }
    } finally {
      queue.done(key);
    }
  }
}
