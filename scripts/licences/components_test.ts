/** Every component has a licence entry, and every entry is a component. */
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { context } from "../build/context.ts";
import { components } from "./components.ts";
import { readManifest } from "./manifest.ts";
import { licenceText } from "./texts.ts";
import { embeddedPackages, npmComponents } from "./npm.ts";

const here = context(false);

Deno.test("every npm package that main.ts imports has a licence entry, and no entry is unused", async () => {
  const { npm } = readManifest(here);
  assertEquals((await embeddedPackages(here)).map(({ name }) => name), Object.keys(npm).toSorted());
});

Deno.test("packages that are imported only for types are not built in", async () => {
  assertStringIncludes(Deno.readTextFileSync(`${here.root}/src/kube/owners.ts`), "kubernetes-types/");
  const found = await embeddedPackages(here, ["src/kube/owners.ts"]);
  assertEquals(found.map(({ name }) => name), ["valibot"]);
});

Deno.test("every name of the import map is built in, or listed as one of tests and scripts only", async () => {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    Deno.readTextFileSync(`${here.root}/deno.json`),
  );
  const { toolsOnly } = readManifest(here);
  const embedded = new Set((await embeddedPackages(here)).map(({ name }) => name));
  const packageOf = (specifier: string): string => /^npm:(@[^/]+\/[^@/]+|[^@/]+)/.exec(specifier)?.[1] ?? "";
  const forgotten = Object.entries(imports)
    .filter(([name, specifier]) => !embedded.has(packageOf(specifier)) && !toolsOnly.includes(name))
    .map(([name]) => name);
  assertEquals(forgotten, []);
  assertEquals(toolsOnly.filter((name) => imports[name] === undefined), []);
});

Deno.test("a package without an entry, or with a wrong licence, is refused by name", async () => {
  const manifest = readManifest(here);
  const { valibot: _, ...rest } = manifest.npm;
  await assertRejects(() => npmComponents(here, { ...manifest, npm: rest }), Error, 'embed "valibot"');
  const wrong = { ...manifest, npm: { ...manifest.npm, valibot: "0BSD" } };
  await assertRejects(() => npmComponents(here, wrong), Error, '"0BSD"');
});

Deno.test("components() finds a version and a licence's text for everything", async () => {
  for (const { name, version, licence, text } of await components(here)) {
    assert(/\d/.test(version), `${name} has the version "${version}"`);
    assert(/^[A-Za-z0-9.+-]+( OR [A-Za-z0-9.+-]+)*$/.test(licence), `${name} has the licence "${licence}"`);
    assert(text.length > 500, `${name}'s licence is "${text}"`);
    assert(/warrant/i.test(text), `${name}'s licence says nothing of warranties`);
  }
});

Deno.test("licenceText() names the file that is missing, and the root that is unknown", () => {
  assertThrows(() => licenceText(here, "repository/none"), Error, `${here.root}/none`);
  assertThrows(() => licenceText(here, "elsewhere/LICENSE"), Error, '"elsewhere"');
});
