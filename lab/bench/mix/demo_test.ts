import { assertEquals, assertStringIncludes } from "@std/assert";
import { outcomeOf, run } from "../../../tests/rig/run.ts";

const MAIN = new URL("./demo.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
const demo = (
  ...args: string[]
): string[] => [Deno.execPath(), "run", "-A", "--quiet", "--config", CONFIG, MAIN, ...args];

Deno.test("the demo answers a bad flag with exit status 2", async () => {
  const { code, stdout, stderr } = await outcomeOf(demo("--rate", "fast"));
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertStringIncludes(stderr, '"fast"');
});

for (const product of ["pona", "patronus"]) {
  Deno.test(`the demo refuses ${product} in a line, with exit status 2`, async () => {
    const { code, stdout, stderr } = await outcomeOf(demo(product, "--plan"));
    assertEquals({ code, stdout, stderr }, { code: 2, stdout: "", stderr: `${product} has no demo yet\n` });
  });
}

Deno.test("the demo says what it would measure, and stops", async () => {
  const { code, stdout } = await outcomeOf(demo("natra", "--plan", "--rate", "1.5M", "--rounds", "2"));
  assertEquals(code, 0);
  assertStringIncludes(stdout, "1.5 Mbit/s in each direction\n5 rows × 2 rounds × (3 + 12) s: about 3 min\n");
});

Deno.test("the demo says before it measures that it cannot write its figures", async () => {
  const { code, stderr } = await outcomeOf(demo("--json", "/no/such/place.json"));
  assertEquals(code, 2);
  assertStringIncludes(stderr, '"/no/such/place.json"');
});

Deno.test("the demo says that natra is not built", async () => {
  const { code, stderr } = await outcomeOf(demo("--natra", "/no/natra", "--rounds", "1"));
  assertEquals(code, 1);
  assertStringIncludes(stderr, '"/no/natra"');
});

Deno.test("the demo leaves nothing behind when it is interrupted in the middle", async () => {
  const directory = await Deno.makeTempDir({ prefix: "natra-main-test-" });
  await using _directory = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  // The first row is without a limit: natra must be there, but is not called before the signal.
  await Deno.writeTextFile(`${directory}/natra`, "");
  const [program = "", ...args] = demo("--natra", `${directory}/natra`, "--rounds", "1", "--seconds", "20");
  const process = new Deno.Command(program, { args, stdout: "null", stderr: "null" }).spawn();
  const namespaces = async (): Promise<string[]> =>
    (await run(["ip", "netns", "list"])).split(/\s+/).filter((name) =>
      name.startsWith(`natra-${process.pid}-`)
    );
  const traffic = async (): Promise<string> =>
    (await outcomeOf(["ip", "netns", "pids", `natra-${process.pid}-1-pod`])).stdout;
  let pids = "";
  for (let tries = 0; tries < 600 && pids === ""; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    pids = await traffic();
  }
  process.kill("SIGINT");
  assertEquals((await process.status).code, 130);
  assertEquals(await namespaces(), []);
  for (const pid of pids.trim().split("\n")) {
    assertEquals(
      await Deno.stat(`/proc/${pid}`).then(() => "alive", () => "gone"),
      "gone",
      `process "${pid}"`,
    );
  }
});
