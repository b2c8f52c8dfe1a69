/** What natra exposes of real pods and real ADDs, checked by Prometheus' own checker. */
import {
  assertEquals,
  assertGreater,
  assertLessOrEqual,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { families } from "../../src/natra/metrics/families.ts";
import { sendDatagrams } from "../rig/neighbour.ts";
import { pinsOf } from "../rig/observed.ts";
import { annotated, NATRA, Scene } from "../rig/scene.ts";
import { pause } from "../rig/interruption.ts";
import { run } from "../rig/run.ts";
import { readSamples, type Sample, sumOf } from "./exposed.ts";
import { promtool } from "./promtool.ts";

const MOST_SERIES = 30;
/** Quotes, backslashes, markup, and a bidirectional mark: what a container runtime would hand on. */
const HOSTILE = 'a"}\\ <b>\u202e';

function argsOf(name: string): Record<string, string> {
  return { CNI_ARGS: `K8S_POD_NAMESPACE=shop;K8S_POD_NAME=${name}` };
}

/** Sends so many datagrams of 1400 bytes from one socket; that nobody listens is no matter. */
const ONE_FLOW =
  'printf -v text "%1400s" ""; exec 3>"/dev/udp/$1/9"; for ((i = 0; i < $2; i++)); do printf %s "$text" >&3 2>/dev/null || :; done';

async function exposed(scene: Scene): Promise<{ text: string; samples: Sample[] }> {
  const { code, stdout, stderr } = await scene.tool("metrics");
  assertEquals([code, stderr], [0, ""]);
  return { text: stdout, samples: readSamples(stdout) };
}

async function check(text: string): Promise<void> {
  const { code, stdout, stderr } = await promtool(["check", "metrics"], text);
  assertEquals([code, stdout + stderr], [0, ""]);
}

for (const pacer of ["htb", "police"]) {
  Deno.test(`metrics of a pod held by ${pacer} are valid, at most ${MOST_SERIES} series, and count what status counts`, async () => {
    await using scene = await Scene.create();
    await scene.call("ADD", { env: argsOf(HOSTILE), conf: { pacer } });
    const { client, addresses } = scene.pod;
    // Two at once: where the queue gives no turns the program drops who runs ahead of its share.
    await Promise.all(
      [1, 2].map(() => client.run(["bash", "-euc", ONE_FLOW, "bash", addresses.pod.v4, "1000"])),
    );
    await sendDatagrams(scene.pod.pod, scene.pod.addresses.client.v4, 100, 1400);
    await pause(1000); // until the last of them has left its queue
    const { text, samples } = await exposed(scene);
    await check(text);
    const mine = samples.filter(({ labels }) => labels["pod"] === HOSTILE);
    assertLessOrEqual(mine.length, MOST_SERIES);
    assertGreater(mine.length, 15);
    const { stdout } = await scene.tool("status", "-o", "json");
    const rows = JSON.parse(stdout) as { direction: string; bytes: number; packets: number; drops: number }[];
    assertGreater(rows.reduce((sum, { drops }) => sum + drops, 0), 0);
    for (const row of rows) {
      const labels = { namespace: "shop", interface: "eth0", direction: row.direction };
      // The neighbours' own chatter may come between the two.
      assertLessOrEqual(sumOf(mine, "natra_pod_bytes_total", labels), row.bytes);
      assertGreater(sumOf(mine, "natra_pod_bytes_total", labels), 50_000); // the policer drops most
      assertGreater(sumOf(mine, "natra_pod_packets_total", labels), 30);
      assertEquals(sumOf(mine, "natra_pod_dropped_packets_total", labels), row.drops);
      assertEquals(sumOf(mine, "natra_pod_limit_bytes_per_second", labels), 1_250_000);
      assertEquals(sumOf(mine, "natra_pod_burst_bytes", labels), 50_000);
    }
  });
}

Deno.test("every metric is exposed with its help and type, and nothing else is", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const { text } = await exposed(scene);
  const told = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  assertEquals(told, Object.values(families()).map(({ name, type }) => [name, type]));
  assertEquals(text.match(/^# HELP /gm)?.length, told.length);
  assertMatch(
    text,
    /^natra_build_info\{version="\d+\.\d+\.\d+",commit="[0-9a-f]+",runtime="deno [0-9.]+"\} 1$/m,
  );
});

Deno.test("each ADD is counted by its outcome, however many come at once", async () => {
  await using scene = await Scene.create();
  const before = (await exposed(scene)).samples;
  await scene.call("ADD");
  await scene.call("ADD", { env: { CNI_IFNAME: "eth9", CNI_CONTAINERID: `${scene.pod.containerId}x` } });
  await scene.call("ADD", { stdin: "{" });
  const many = 12;
  await Promise.all(Array.from({ length: many }, (_, number) =>
    scene.call("ADD", {
      conf: annotated({}),
      env: { CNI_CONTAINERID: `${scene.pod.containerId}-${number}` },
    })));
  const after = (await exposed(scene)).samples;
  const more = (name: string, labels: Sample["labels"] = {}): number =>
    sumOf(after, name, labels) - sumOf(before, name, labels);
  assertEquals(more("natra_adds_total", { outcome: "limited" }), 1);
  assertEquals(more("natra_adds_total", { outcome: "failed" }), 1);
  assertEquals(more("natra_adds_total", { outcome: "refused" }), 1);
  assertEquals(more("natra_adds_total", { outcome: "unlimited" }), many);
  assertEquals(more("natra_fail_open_total", { reason: "interface" }), 1);
  assertEquals(more("natra_fail_open_total"), 1);
  assertEquals(more("natra_adds_started_total"), 2);
  assertEquals(more("natra_add_duration_seconds_count", { outcome: "unlimited" }), many);
  assertGreater(more("natra_add_duration_seconds_sum", { outcome: "limited" }), 0.001);
});

Deno.test("a pod whose pins are gone is said, and hides no other", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: argsOf("gone") });
  await using other = await Scene.create();
  await other.call("ADD", { env: argsOf("there") });
  await run(["rm", "-r", pinsOf(scene)]);
  const { code, stdout, stderr } = await other.tool("metrics");
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'natra: cannot read "shop/gone": ');
  const samples = readSamples(stdout);
  assertGreater(sumOf(samples, "natra_pods", { state: "unreadable" }), 0);
  assertGreater(sumOf(samples, "natra_pod_burst_bytes", { pod: "there" }), 0);
});

Deno.test("metrics --textfile writes what node_exporter reads, in one step", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const path = `${scene.directory}/natra.prom`;
  const { code, stdout, stderr } = await scene.tool("metrics", "--textfile", path);
  assertEquals([code, stdout, stderr], [0, "", ""]);
  await check(await Deno.readTextFile(path));
  const missing = await scene.tool("metrics", "--textfile", `${scene.directory}/nowhere/natra.prom`);
  assertEquals(missing.code, 1);
  assertMatch(missing.stderr, /^natra: No such file or directory.*nowhere/);
});

Deno.test("the agent serves the same at /metrics", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: argsOf("web") });
  await using _agent = await scene.pod.node.startServer([NATRA, "agent", "--listen", "127.0.0.1:9631"], 9631);
  const shown = await scene.pod.node.run(["curl", "-sS", "-i", "http://127.0.0.1:9631/metrics"]);
  const [head = "", body = ""] = shown.split("\r\n\r\n");
  assertMatch(head, /^HTTP\/1.1 200 OK\r\n/);
  assertMatch(head, /^content-type: text\/plain; version=0.0.4; charset=utf-8\r$/m);
  await check(body);
  assertEquals(sumOf(readSamples(body), "natra_pod_info", { pod: "web", attach: "tcx" }), 1);
});
