/** natra show of a real pod, whole and damaged, and what the tool makes of names that it did not choose. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { pinsOf } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";
import { run } from "../rig/run.ts";

const ARGS = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1";

interface Shown {
  readonly pod: string;
  readonly directions: readonly {
    readonly direction: string;
    readonly limit: { readonly rate: number; readonly source: string };
    readonly programs: readonly {
      readonly program: string;
      readonly device: string;
      readonly before: unknown;
    }[];
    readonly sketch: {
      readonly width: number;
      readonly depth: number;
      readonly threshold: number;
      readonly used: number;
    };
  }[];
  readonly findings: readonly string[];
}

Deno.test("show tells where each limit came from, and what holds it", async () => {
  await using scene = await Scene.create();
  const both = {
    ...annotations("10M", "20M"),
    "natra.io/egress-bandwidth": '{"cms":{"width":2048,"depth":3}}',
  };
  await scene.call("ADD", { env: { CNI_ARGS: ARGS }, conf: annotated(both) });
  const { code, stdout, stderr } = await scene.tool("show", scene.pod.containerId, "-o", "json");
  assertEquals([code, stderr], [0, ""]);
  const [shown] = JSON.parse(stdout) as [Shown];
  assertEquals([shown.pod, shown.findings], ["shop/web-1", []]);
  assertEquals(shown.directions.map(({ limit }) => [limit.rate, limit.source]), [
    [10_000_000, "annotation kubernetes.io/ingress-bandwidth"],
    [20_000_000, "annotation kubernetes.io/egress-bandwidth"],
  ]);
  const programs = shown.directions.flatMap((one) => one.programs);
  assertEquals(programs.map(({ program, device, before }) => [program, device, before]), [
    ["natra_shape", "veth0", []],
    ["natra_shape", "eth0", []],
    ["natra_guard", "veth0", []],
  ]);
  const sizes = shown.directions.map(({ sketch }) => [sketch.width, sketch.depth, sketch.threshold]);
  assertEquals(sizes, [[1024, 4, 15_000], [2048, 3, 30_000]]);
  const table = (await scene.tool("show", scene.pod.containerId)).stdout;
  assertMatch(table, /^shop\/web-1 eth0\n/);
  assertStringIncludes(table, "An estimate is never too low.");
  assertStringIncludes(table, "2048 cells x 3 rows (48 KiB)");
});

Deno.test("show exits with 1, and says what is missing", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  await run(["rm", `${pinsOf(scene)}/ingress/shape`]);
  const { code, stdout } = await scene.tool("show", scene.pod.containerId);
  assertEquals(code, 1);
  assertMatch(stdout, /^ {2}wrong {7}ingress: the egress link .* is missing$/m);
  assertStringIncludes(stdout, "natra_shape at the egress hook of veth0: MISSING");
});

Deno.test("show asks which of several pods is meant, and knows one by its whole name", async () => {
  await using scene = await Scene.create();
  await using other = await Scene.create();
  const named = (name: string): { env: Record<string, string> } => ({
    env: { CNI_ARGS: `K8S_POD_NAMESPACE=shop;K8S_POD_NAME=${name}` },
  });
  const word = `twin-${crypto.randomUUID().slice(0, 8)}`;
  await scene.call("ADD", named(word));
  await other.call("ADD", named(`${word}-2`));
  const { code, stderr } = await scene.tool("show", word.slice(0, -1));
  assertEquals(code, 2);
  assertMatch(
    stderr,
    new RegExp(`^natra: "${word.slice(0, -1)}" may be shop/${word}.*: be more specific\n$`),
  );
  assertEquals((await scene.tool("show", `shop/${word}`)).code, 0);
});

Deno.test("status, top and show obey no escape sequence in a name", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: ARGS } });
  const path = `/run/natra/${scene.pod.containerId}-eth0.json`;
  const record = JSON.parse(await Deno.readTextFile(path));
  const evil = "\u001b[2J\u009b31m\u202eweb";
  await Deno.writeTextFile(path, JSON.stringify({ ...record, pod: { namespace: "shop", name: evil } }));
  for (
    const args of [["status", "-v"], ["status", "-o", "json"], ["show", scene.pod.containerId], [
      ...["top", "--once", "--interval", "0.1"],
    ]]
  ) {
    const { stdout } = await scene.tool(...args);
    assertStringIncludes(stdout, String.raw`shop/\u001b[2J\u009b31m\u202eweb`, args.join(" "));
    assertEquals(["\u001b", "\u009b", "\u202e"].some((char) => stdout.includes(char)), false, args.join(" "));
  }
});
