import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Backoff, delay, Notify } from "./wait.ts";

Deno.test("delay() ends at once when its signal is aborted, and leaves no timer behind", async () => {
  const stop = new AbortController();
  const waiting = delay(3_600_000, stop.signal);
  stop.abort();
  await waiting;
  await delay(3_600_000, stop.signal);
});

Deno.test("Backoff doubles up to its maximum, with jitter, and starts again after a success", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 100_000 }), (first, most) => {
      const backoff = new Backoff(Math.min(first, most), most);
      for (
        let step = Math.min(first, most), tries = 0;
        tries < 20;
        tries++, step = Math.min(most, step * 2)
      ) {
        const ms = backoff.next();
        assertEquals(ms >= step / 2 && ms <= step, true, `${ms} of ${step}`);
      }
      backoff.reset();
      assertEquals(backoff.next() <= first, true);
    }),
  );
});

Deno.test("Notify wakes the current wait, or else the next one, and only once", async () => {
  const event = new Notify();
  const { signal } = new AbortController();
  const waiting = event.wait(3_600_000, signal);
  event.notify();
  assertEquals(await waiting, true);
  event.notify();
  assertEquals([await event.wait(3_600_000, signal), await event.wait(1, signal)], [true, false]);
  assertEquals(await event.wait(3_600_000, AbortSignal.abort()), false);
});
