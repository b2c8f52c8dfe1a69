import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Pod } from "./pod.ts";
import { finishRequests, serveRequests, startRequests } from "./requests.ts";
import { outcomeOf, RigError } from "./run.ts";
import { percentile } from "./stats.ts";
import { prepareTools } from "./tools.ts";

const tools = await prepareTools({ directory: new URL("../../build/rig", import.meta.url).pathname });
const load = { perSecond: 100, bytes: 6144, seed: 7 };

Deno.test("requests are answered, and their percentiles are those of the samples", async () => {
  await using pod = await Pod.create();
  await using _server = await serveRequests(pod, tools);
  await using running = startRequests(pod, tools, { ...load, ipVersion: 6 }, 0.5, 1.5);
  const { count, bad, p50, p99, max, samples } = await finishRequests(running);
  assertEquals(bad, 0);
  assertEquals(samples.length, count);
  assert(count > 100 && count < 200, `${count} is far from 150`);
  assertEquals([p50, p99, max], [0.5, 0.99, 1].map((share) => percentile(samples, share)));
});

Deno.test("the same seed gives the same schedule, another seed another", async () => {
  const counts = await Promise.all([1, 1, 2, 3, 4].map(async (seed) => {
    const flags = ["--rate", "1000", "--seconds", "0.5", "--timeout", "0.01", "--seed", `${seed}`];
    return (JSON.parse((await outcomeOf([tools.requests, "load", "127.0.0.1", "1", ...flags])).stdout) as {
      count: number;
    }).count;
  }));
  assertEquals(counts[0], counts[1]);
  assert(new Set(counts).size > 2, `${counts} hardly differ`);
});

Deno.test("refused and unanswered requests are bad and count with the whole timeout", async () => {
  await using pod = await Pod.create();
  for (const breakIt of [[], ["ip", "link", "set", "lo", "down"], ["ip", "link", "set", "eth0", "down"]]) {
    if (breakIt.length > 0) await pod.pod.run(breakIt);
    await using running = startRequests(pod, tools, { ...load, timeout: 0.4 }, 0, 0.5);
    const { count, bad, p50, max } = await finishRequests(running);
    assert(count > 0);
    assertEquals({ bad, p50, max }, { bad: count, p50: 400, max: 400 });
  }
});

Deno.test("an answer that is late because the server stood still is late for every request that was due", async () => {
  await using pod = await Pod.create();
  await using server = await serveRequests(pod, tools);
  await using running = startRequests(pod, tools, load, 0, 2);
  await new Promise((resolve) => setTimeout(resolve, 700));
  server.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 500));
  server.signal("SIGCONT");
  const { samples, max } = await finishRequests(running);
  assert(max! > 400, `${max} ms`);
  const late = samples.filter((ms) => ms > 100).length;
  assert(late > 20, `only ${late} requests noticed a stall of 500 ms at 100 a second`);
});

Deno.test("a command line that cannot be obeyed is quoted", async () => {
  for (
    const [args, quoted] of [[["x", "80"], '"x"'], [["::1", "0"], '"0"'], [
      ["::1", "80", "--rate", "-1"],
      '"-1"',
    ]] as const
  ) {
    const { code, stderr } = await outcomeOf([tools.requests, "load", ...args]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, quoted);
  }
  await using pod = await Pod.create({ congestionControl: "no-such" });
  await assertRejects(() => loadOnly(pod), RigError, "congestion control");
});

async function loadOnly(pod: Pod): Promise<void> {
  await using running = startRequests(pod, tools, load, 0, 0.5);
  await finishRequests(running);
}
