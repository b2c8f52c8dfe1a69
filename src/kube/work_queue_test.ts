import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Timers, WorkQueue } from "./work_queue.ts";

/** Timers that run when advance() is called. */
class ManualTimers implements Timers {
  #now = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  schedule(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.run();
  }
}

/** The next key if there is one now, else undefined. */
async function next(queue: WorkQueue): Promise<string | undefined> {
  return queue.length === 0 ? undefined : await queue.get() ?? undefined;
}

Deno.test("a key is queued once, and again after it was looked at when it was added meanwhile", async () => {
  const queue = new WorkQueue();
  queue.add("a");
  queue.add("b");
  queue.add("a");
  assertEquals([queue.length, await next(queue)], [2, "a"]);
  queue.add("a");
  queue.add("a");
  assertEquals([await next(queue), await next(queue)], ["b", undefined]);
  queue.done("a");
  assertEquals([await next(queue), await next(queue)], ["a", undefined]);
  queue.done("a");
  assertEquals(queue.length, 0);
});

Deno.test("get() waits for a key, and each waiting call gets another one", async () => {
  const queue = new WorkQueue();
  const both = Promise.all([queue.get(), queue.get()]);
  queue.add("a");
  queue.add("b");
  assertEquals(await both, ["a", "b"]);
});

Deno.test("retries wait twice as long each time up to the maximum, and forget() begins again", async () => {
  const timers = new ManualTimers();
  const queue = new WorkQueue({ minRetryMs: 100, maxRetryMs: 400, timers });
  const waited: number[] = [];
  for (let failure = 0; failure < 5; failure++) {
    queue.addRateLimited("a");
    let ms = 0;
    for (; queue.length === 0; ms += 10) timers.advance(10);
    waited.push(ms);
    assertEquals(await queue.get(), "a");
    queue.done("a");
  }
  [100, 200, 400, 400, 400].forEach((most, at) => {
    const ms = waited[at] ?? 0;
    assert(ms >= most / 2 && ms <= most + 10, `${waited}`);
  });
  assertEquals(queue.retries("a"), 5);
  queue.forget("a");
  assertEquals(queue.retries("a"), 0);
  queue.addRateLimited("a");
  timers.advance(100);
  assertEquals(queue.length, 1);
  queue.addRateLimited("b", 5000);
  timers.advance(4999);
  assertEquals(queue.length, 1);
  timers.advance(1);
  assertEquals(queue.length, 2);
});

Deno.test("addAfter() keeps the earlier of two times, and add() does not wait for it", () => {
  const timers = new ManualTimers();
  const queue = new WorkQueue({ timers });
  queue.addAfter("a", 100);
  queue.addAfter("a", 50);
  queue.addAfter("a", 200);
  timers.advance(50);
  assertEquals([queue.length, timers.pending], [1, 0]);
  queue.addAfter("b", 100);
  queue.add("b");
  assertEquals([queue.length, timers.pending], [2, 0]);
});

Deno.test("shutDown() gives out what is queued, drops what waits, and ends when all is looked at", async () => {
  const timers = new ManualTimers();
  const queue = new WorkQueue({ timers });
  queue.add("a");
  queue.add("b");
  queue.addAfter("later", 10);
  assertEquals(await queue.get(), "a");
  queue.add("a");
  let isDrained = false;
  const drained = queue.shutDown().then(() => isDrained = true);
  queue.add("c");
  assertEquals([timers.pending, await queue.get()], [0, "b"]);
  queue.done("b");
  queue.done("a");
  assertEquals([await queue.get(), isDrained], ["a", false]);
  queue.done("a");
  await drained;
  assertEquals(await queue.get(), null);
});

Deno.test("calls that wait when the queue is shut down get null", async () => {
  const queue = new WorkQueue();
  const waiting = queue.get();
  await queue.shutDown();
  assertEquals([await waiting, await queue.get()], [null, null]);
});

type Step =
  | { readonly do: "add" | "retry" | "done" | "forget" | "after"; readonly key: string; readonly ms: number }
  | { readonly do: "get" }
  | { readonly do: "advance"; readonly ms: number };

const key = fc.constantFrom("a", "b", "c");
const ms = fc.integer({ min: 0, max: 300 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom("add", "retry", "done", "forget", "after"), key, ms }),
  fc.record({ do: fc.constant("get") }),
  fc.record({ do: fc.constant("advance"), ms }),
);

Deno.test("whatever is called: no key is processed twice at a time, none is lost, and none comes unasked", async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
    const timers = new ManualTimers();
    const queue = new WorkQueue({ minRetryMs: 50, maxRetryMs: 200, timers });
    const processing = new Set<string>();
    /** Keys that must come (again) some time. */
    const owed = new Set<string>();
    const take = async (): Promise<boolean> => {
      const key = await next(queue);
      if (key === undefined) return false;
      assert(!processing.has(key), `${key} twice`);
      assert(owed.delete(key), `${key} unasked`);
      processing.add(key);
      return true;
    };
    for (const step of steps) {
      if (step.do === "get") await take();
      else if (step.do === "advance") timers.advance(step.ms);
      else if (step.do === "forget") queue.forget(step.key);
      else if (step.do === "done") {
        processing.delete(step.key);
        queue.done(step.key);
      } else {
        owed.add(step.key);
        if (step.do === "add") queue.add(step.key);
        else if (step.do === "retry") queue.addRateLimited(step.key);
        else queue.addAfter(step.key, step.ms);
      }
    }
    timers.advance(1000);
    for (const key of [...processing]) queue.done(key);
    processing.clear();
    while (await take());
    assertEquals([[...owed], timers.pending, queue.length], [[], 0, 0]);
    for (const key of [...processing]) queue.done(key);
    await queue.shutDown();
  }));
});
