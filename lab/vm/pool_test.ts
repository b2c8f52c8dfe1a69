import { assertEquals, assertRejects } from "@std/assert";
import { startJobs } from "./pool.ts";

Deno.test("startJobs() runs no more than its width at once, and all of them", async () => {
  let running = 0;
  let most = 0;
  const job = (i: number) => async (): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return i;
  };
  assertEquals(await Promise.all(startJobs([0, 1, 2, 3, 4].map(job), 2)), [0, 1, 2, 3, 4]);
  assertEquals(most, 2);
});

Deno.test("startJobs() goes on after a job that fails, and rejects its promise", async () => {
  const jobs = [
    (): Promise<string> => Promise.reject(new Error("no")),
    (): Promise<string> => Promise.resolve("yes"),
  ];
  const [failed, done] = startJobs(jobs, 1);
  assertEquals(await done, "yes");
  await assertRejects(() => failed!, Error, "no");
});
