import { assertEquals } from "@std/assert";
import { recordingLogger } from "../../tests/rig/recording_logger.ts";
import { ApiError } from "../kube/errors.ts";
import { WorkQueue } from "../kube/work_queue.ts";
import { type ControllerOptions, controllerTask } from "./controller.ts";

/** Runs a controller until `signal` is aborted. */
function running(
  signal: AbortSignal,
  options: Pick<ControllerOptions, "queue" | "sync"> & Partial<ControllerOptions>,
): { ended: Promise<void>; lines: ReturnType<typeof recordingLogger>["lines"] } {
  const { logger, lines } = recordingLogger();
  const task = controllerTask({ name: "test", informers: [], logger, ...options });
  return { ended: Promise.resolve(task.run(signal)), lines };
}

Deno.test("no key is synced before all informers have listed", async () => {
  const queue = new WorkQueue();
  const [stop, listed] = [new AbortController(), Promise.withResolvers<void>()];
  const seen: string[] = [];
  const sync = (key: string): Promise<void> => {
    seen.push(key);
    stop.abort();
    return Promise.resolve();
  };
  queue.add("a");
  const informers = [{ synced: Promise.resolve() }, { synced: listed.promise }];
  const { ended } = running(stop.signal, { queue, sync, informers });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(seen, []);
  listed.resolve();
  await ended;
  assertEquals(seen, ["a"]);
});

Deno.test("a key that fails is logged and retried, and forgotten after a success", async () => {
  const queue = new WorkQueue({ minRetryMs: 1, maxRetryMs: 2 });
  const stop = new AbortController();
  const failures = [new Error("bad"), new ApiError("changed", { status: 409, reason: "Conflict" })];
  const seen: string[] = [];
  const sync = (key: string): Promise<void> => {
    seen.push(key);
    const failure = failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    setTimeout(() => stop.abort());
    return Promise.resolve();
  };
  queue.add("a");
  const { ended, lines } = running(stop.signal, { queue, sync });
  await ended;
  assertEquals([seen, queue.retries("a")], [["a", "a", "a"], 0]);
  assertEquals(lines.map(({ level, fields }) => [level, fields["error"], fields["retries"]]), [
    ["error", "bad", 1],
    ["debug", "changed", 2],
  ]);
});

Deno.test("concurrency limits the keys that are synced together, and the end waits only for those", async () => {
  const queue = new WorkQueue();
  const stop = new AbortController();
  let [now, max, begun] = [0, 0, 0];
  const sync = async (_key: string, signal: AbortSignal): Promise<void> => {
    max = Math.max(max, ++now);
    if (++begun === 6) stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(signal, stop.signal);
    now--;
  };
  for (let key = 0; key < 20; key++) queue.add(String(key));
  await running(stop.signal, { queue, sync, concurrency: 3 }).ended;
  assertEquals([now, max, begun], [0, 3, 6]);
});

Deno.test("a controller that is stopped before anything was listed ends", async () => {
  const queue = new WorkQueue();
  const stop = new AbortController();
  queue.add("a");
  const informers = [{ synced: new Promise<void>(() => {}) }];
  const { ended } = running(stop.signal, {
    queue,
    informers,
    sync: () => Promise.reject(new Error("never")),
  });
  stop.abort();
  await ended;
});
