/** What ADD answers: the previous result, whatever is in it. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ends, kept, settled } from "../rig/observed.ts";
import { annotated, annotations, Scene } from "../rig/scene.ts";
import { closedStderr, fullStderr, noDirectory, watchedTmp, type Wrap } from "../rig/surroundings.ts";

/**
 * No client writes it in this form: numbers beyond a double's precision, unknown keys at every depth, all of
 * JSON.
 */
const EXTRAS =
  `"future":{"exact":9007199254740993,"most":18446744073709551615,"least":-9223372036854775808,` +
  `"fraction":0.1,"none":null,"yes":true,"list":[1,[],{}],"text":"quote \\" and é and \\u2028"},"__proto__":{"x":1}`;
const EXACT = ["9007199254740993", "18446744073709551615", "-9223372036854775808"];

/** A previous result in the form of a version, as JSON: libcni converts results before it passes them. */
function resultOf(version: string, sandbox: string): string {
  const old = version.startsWith("0.");
  const ips = `[{"address":"10.200.2.2/24","gateway":"10.200.2.1","interface":1${
    old ? ',"version":"4"' : ""
  }}]`;
  const eth0 = `{"name":"eth0","sandbox":"${sandbox}","mtu":1500,"unknown":{"deep":9007199254740993}}`;
  return `{"cniVersion":"${version}","interfaces":[{"name":"veth0"},${eth0}],"ips":${ips},` +
    `"routes":[{"dst":"0.0.0.0/0"}],"dns":{"nameservers":["10.96.0.10"]},${EXTRAS}}`;
}

Deno.test("ADD answers prevResult with its unknown keys and exact numbers", async (t) => {
  await using scene = await Scene.create();
  for (const version of ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]) {
    for (const limit of ["10M", null]) {
      await t.step(`of ${version}, ${limit === null ? "no limit" : `limit ${limit}`}`, async () => {
        const result = resultOf(version, scene.pod.pod.path);
        const { prevResult: _, ...rest } = scene.conf({
          cniVersion: version,
          ...annotated(annotations(limit, limit)),
        });
        const stdin = JSON.stringify(rest).replace(/}$/, `,"prevResult":${result}}`);
        const { code, stdout, answer } = await scene.call("ADD", { stdin });
        assertEquals([code, answer], [0, JSON.parse(result)]);
        for (const number of EXACT) assertStringIncludes(stdout, number);
        assertStringIncludes(stdout, `{"deep":9007199254740993}`);
        assertEquals((await kept(scene.pod.containerId)).length > 0, limit !== null);
      });
    }
  }
});

const SURROUNDINGS: readonly (readonly [string, Wrap])[] = [
  ["with stderr closed", closedStderr],
  ["with a full disk behind stderr", fullStderr],
  ["without a file left in /tmp", watchedTmp],
];

for (const [how, wrap] of SURROUNDINGS) {
  Deno.test(`ADD and DEL work ${how}`, async () => {
    await using scene = await Scene.create();
    const before = await ends(scene);
    // In an empty /tmp the scene's own log file would be a file left there.
    const conf = wrap === watchedTmp ? { logFile: "/var/log/natra/natra.log" } : {};
    const add = await scene.call("ADD", { conf, wrap });
    assertEquals([add.code, add.answer], [0, scene.pod.prevResult], add.stderr);
    const held = await ends(scene);
    assertEquals([held.host.egress.length, held.pod.egress.length], [1, 1]);
    const del = await scene.call("DEL", { conf, wrap });
    assertEquals([del.code, del.stdout], [0, ""], del.stderr);
    assertEquals(await settled(scene), before);
    assertEquals(await kept(scene.pod.containerId), []);
  });
}

Deno.test("ADD writes its answer alone to stdout, and its log as JSON lines to stderr and to the file", async () => {
  await using scene = await Scene.create();
  const { stdout, stderr } = await scene.call("ADD", { conf: { logLevel: "debug" } });
  assertEquals(stdout, JSON.stringify(scene.pod.prevResult) + "\n");
  assertEquals(await Deno.readTextFile(scene.logFile), stderr);
  const lines = await scene.log();
  assertEquals(new Set(lines.map(({ msg }) => msg)), new Set(["choice", "pod is limited"]));
});

Deno.test("ADD works where the log file cannot be written", async () => {
  await using scene = await Scene.create();
  const add = await scene.call("ADD", { conf: { logFile: "/proc/version/natra.log" } });
  assertEquals([add.code, add.answer], [0, scene.pod.prevResult]);
  assertStringIncludes(add.stderr, '"msg":"pod is limited"');
});

Deno.test("ADD from a working directory that is gone touches nothing: Deno's runtime does not start without one", async () => {
  await using scene = await Scene.create();
  const before = await ends(scene);
  const { code, stdout, stderr } = await scene.call("ADD", { wrap: noDirectory });
  assertEquals([code, stdout], [101, ""]);
  assertStringIncludes(stderr, "No such file or directory");
  assertEquals(await ends(scene), before);
  assertEquals(await kept(scene.pod.containerId), []);
});
