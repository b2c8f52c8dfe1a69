import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HELP } from "../cli/options.ts";
import { productOf, PRODUCTS } from "../products.ts";
import { toolOf } from "./run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

const { commands: COMMANDS } = toolOf(await productOf("natra"), "natra", PRODUCTS);

/** Loaded outside of tests, because some commands open libraries that no test closes. */
const loaded = await Promise.all(
  Object.entries(COMMANDS).map(async ([name, { summary, load }]) =>
    [name, summary, (await load()).command] as const
  ),
);

/** Runs natra from source, as `natra ARGS…` would. */
async function natra(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", "--config", `${ROOT}deno.json`, `${ROOT}main.ts`, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

for (const flag of ["-h", "--help", "help"]) {
  Deno.test(`natra ${flag} lists the commands, and exits 0`, async () => {
    const { code, stdout, stderr } = await natra(flag);
    assertEquals([code, stderr], [0, ""]);
    for (const name of Object.keys(COMMANDS)) assertStringIncludes(stdout, `\n  ${name} `);
  });
}

Deno.test("natra without a command shows the same, and exits 2", async () => {
  const [{ code, stdout }, help] = [await natra(), await natra("--help")];
  assertEquals([code, stdout], [2, help.stdout]);
});

for (const name of ["nonsense", "toString", "__proto__", "--status", ""]) {
  Deno.test(`natra ${JSON.stringify(name)} is unknown: exit 2, reported on stderr only`, async () => {
    assertEquals(await natra(name), {
      code: 2,
      stdout: "",
      stderr: `natra: Unknown command ${JSON.stringify(name)}: natra --help lists them\n`,
    });
  });
}

for (const name of Object.keys(COMMANDS)) {
  Deno.test(`natra ${name} --help shows its usage, and exits 0`, async () => {
    const { code, stdout } = await natra(name, "--help");
    assertEquals([code, stdout.startsWith(`Usage: natra ${name}`)], [0, true]);
  });

  Deno.test(`natra ${name} with an unknown option exits 2, and names it`, async () => {
    const { code, stdout, stderr } = await natra(name, "--frobnicate");
    assertEquals([code, stdout, stderr], [2, "", 'natra: Unknown option "--frobnicate"\n']);
  });
}

Deno.test("the commands are in alphabetical order, and have summaries and descriptions of options", () => {
  assertEquals(Object.keys(COMMANDS), Object.keys(COMMANDS).toSorted());
  for (const [name, summary, command] of loaded) {
    assert(summary.length >= 20 && summary.length <= 80 && !summary.endsWith("."), `${name}: ${summary}`);
    const options = [...command.options, HELP];
    for (const key of ["name", "short"] as const) {
      const given = options.flatMap((option) => option[key] ?? []);
      assertEquals(new Set(given).size, given.length, `${name}: one ${key} for two options`);
    }
    for (const { name: option, about } of options) assert(about.length > 3, `${name} --${option}`);
  }
});

Deno.test("natra reconcile with a word is wrong usage, because it takes none", async () => {
  const { code, stderr } = await natra("reconcile", "web");
  assertEquals([code, stderr], [2, 'natra: natra reconcile does not take "web"\n']);
});

Deno.test("natra debug add without a namespace is wrong usage", async () => {
  const { code, stderr } = await natra("debug", "add", "--ingress", "10M");
  assertEquals([code, stderr], [2, "natra: natra debug needs --netns\n"]);
});

Deno.test("natra debug with a bad container ID is wrong usage: it becomes part of a path", async () => {
  const { code, stderr } = await natra("debug", "del", "--netns", "/n", "--container-id", "../x");
  assertEquals([code, stderr], [2, 'natra: Bad container ID "../x"\n']);
});

Deno.test("natra debug del of a container that is not held reports that, and exits 0", async () => {
  const { code, stdout } = await natra("debug", "del", "--netns", "/n", "--container-id", "natra-rig-none");
  assertEquals([code, stdout], [0, "nothing to undo: container natra-rig-none is not held\n"]);
});

Deno.test("natra debug add in a namespace that is not there exits 1, and names it", async () => {
  const { code, stderr } = await natra("debug", "add", "--netns", "/no/netns", "--ingress", "10M");
  assertEquals(code, 1);
  assertStringIncludes(stderr, '"/no/netns": ENOENT');
});

Deno.test("natra version -o json is JSON with version, commit and runtime", async () => {
  const { code, stdout } = await natra("version", "-o", "json");
  assertEquals([code, Object.keys(JSON.parse(stdout))], [0, ["version", "commit", "modified", "deno"]]);
});

Deno.test("natra PRODUCT lists the commands of that product, which natra's own list does not have", async () => {
  const { code, stdout } = await natra("pona", "--help");
  assertEquals([code, stdout.startsWith("natra pona: ")], [0, true]);
  assertStringIncludes(stdout, "\n  version ");
  assert(!stdout.includes("\n  limit "));
});

Deno.test("natra install of a product that this executable does not have yet is wrong usage", async () => {
  const { code, stderr } = await natra("metrics", "--products", "nonsense");
  assertEquals([code, stderr.startsWith('natra: Unknown product "nonsense": it must be one of natra, ')], [
    2,
    true,
  ]);
});
