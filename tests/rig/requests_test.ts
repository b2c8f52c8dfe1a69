import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { busyNote, HostWatch } from "./host_load.ts";
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
  const ways = [
    [[], "Connection refused"],
    [["ip", "link", "set", "eth0", "down"], "Connection timed out"],
  ] as const;
  for (const [breakIt, reason] of ways) {
    if (breakIt.length > 0) await pod.pod.run([...breakIt]);
    await using running = startRequests(pod, tools, { ...load, timeout: 0.4 }, 0, 0.5);
    const { count, bad, errors, p50, max } = await finishRequests(running);
    assert(count > 0);
    assertEquals({ bad, errors, p50, max }, { bad: count, errors: { [reason]: count }, p50: 400, max: 400 });
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

Deno.test("requests on connections that live on need no more of them than asked for", async () => {
  await using pod = await Pod.create();
  await using _server = await serveRequests(pod, tools);
  await using running = startRequests(pod, tools, { ...load, perSecond: 300, keepAlive: 4 }, 0.2, 1);
  const { count, bad } = await finishRequests(running);
  assert(count > 200, `only ${count}`);
  assertEquals(bad, 0);
  // Those who asked close first and are remembered for a minute: one line for each connection there ever was.
  const remembered = await pod.client.run(["ss", "-Htan", "dport = :8080"]);
  assertEquals(remembered.trim().split("\n").length, 4);
});

Deno.test("a rate that steps is kept in each of its parts", async () => {
  await using pod = await Pod.create();
  await using _server = await serveRequests(pod, tools);
  await using running = startRequests(pod, tools, { ...load, perSecond: [100, 500] }, 0.3, 2);
  const { due, samples } = await finishRequests(running);
  assertEquals(due.length, samples.length);
  const slow = due.filter((seconds) => seconds < 1).length;
  assert(slow > 60 && slow < 140, `${slow} is far from 100`);
  assert(due.length - slow > 400 && due.length - slow < 600, `${due.length - slow} is far from 500`);
});

Deno.test("a closed loop asks again as soon as it is answered, and never has more open than it has clients", async () => {
  await using pod = await Pod.create();
  await using server = await serveRequests(pod, tools);
  const watch = new HostWatch();
  await using running = startRequests(pod, tools, { clients: 3, bytes: 1000 }, 0.2, 1.5);
  await new Promise((resolve) => setTimeout(resolve, 800));
  const open = await pod.client.run(["ss", "-Htn", "state", "established", "dport = :8080"]);
  assert(open.trim().split("\n").length <= 3, open);
  server.signal("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 300));
  server.signal("SIGCONT");
  const { count, bad, samples } = await finishRequests(running);
  assertEquals(bad, 0);
  assert(count > 30, `only ${count}`);
  // The stall costs each client one answer: that is what tells a closed loop from an open one. A busy machine
  // stalls, too.
  if (busyNote(watch.load()) === null) assert(samples.filter((ms) => ms > 200).length <= 3);
});

async function loadOnly(pod: Pod): Promise<void> {
  await using running = startRequests(pod, tools, load, 0, 0.5);
  await finishRequests(running);
}
