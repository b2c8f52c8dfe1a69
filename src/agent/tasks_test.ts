import { assertEquals, assertGreater } from "@std/assert";
import { recordingLogger } from "../../tests/rig/recording_logger.ts";
import { Progress, runTasks, type Task } from "./tasks.ts";

/** A task that runs again after a millisecond. */
function task(name: string, isNeeded: boolean, run: Task["run"]): Task {
  return { name, isNeeded, everyMs: 1, run };
}

Deno.test("runTasks() repeats each task, and ends when its signal is aborted", async () => {
  const stop = new AbortController();
  const ran: string[] = [];
  const tasks = ["a", "b"].map((name) =>
    task(name, false, () => {
      ran.push(name);
      if (ran.filter((other) => other === "a").length > 2 && ran.includes("b")) stop.abort();
    })
  );
  await runTasks(tasks, new Progress(tasks), recordingLogger().logger, stop.signal);
  assertGreater(ran.filter((name) => name === "a").length, 2);
});

Deno.test("a task that fails is logged and retried, and does not delay others", async () => {
  const stop = new AbortController();
  const { logger, lines } = recordingLogger();
  let [tries, others] = [0, 0];
  const tasks = [
    task("bad", true, () => {
      if (++tries < 3) throw new Error(`no luck ${tries}`);
      stop.abort();
    }),
    task("good", true, () => {
      others++;
    }),
  ];
  const progress = new Progress(tasks);
  await runTasks(tasks, progress, logger, stop.signal);
  assertEquals([tries, others > 0, progress.missing], [3, true, []]);
  assertEquals(lines.map(({ level, message }) => [level, message]), [
    ["error", "task failed"],
    ["error", "task failed"],
  ]);
});

Deno.test("a run that waits gets the abort, and an error that it throws then is not a failure", async () => {
  const stop = new AbortController();
  const { logger, lines } = recordingLogger();
  const tasks = [task("waits", true, (signal) => {
    const { promise, reject } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => reject(signal.reason));
    queueMicrotask(() => stop.abort());
    return promise;
  })];
  await runTasks(tasks, new Progress(tasks), logger, stop.signal);
  assertEquals(lines, []);
});

Deno.test("Progress names what is needed and has not run, or failed the last time", () => {
  const [needed, other] = [task("needed", true, () => {}), task("other", false, () => {})];
  const progress = new Progress([needed, other]);
  assertEquals(progress.missing, ["needed: has not run yet"]);
  progress.note(needed);
  progress.note(other, new Error("bad"));
  assertEquals(progress.missing, []);
  progress.note(needed, new Error("bad"));
  assertEquals(progress.missing, ["needed: bad"]);
});
