/**
 * The lists of the main CNI plugins, and those that natra renders from them, side by side in
 * tests/install/lists/<CNI>/.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseExact } from "../base/json.ts";
import { CHAINED_PLUGIN } from "./chained_plugin.ts";
import { InstallError } from "../install/error.ts";
import { parseOriginal } from "../install/list.ts";
import { compareNames, isRenderedName } from "../install/names.ts";
import { render } from "../install/render.ts";

const LISTS = new URL("../../tests/install/lists/", import.meta.url).pathname;

function original(name: string, text: string, mode = 0o644): ReturnType<typeof parseOriginal> {
  return parseOriginal({ name, text, mode, why: "", renderedFrom: null, entries: [], additions: [] });
}

for (const { name: cni } of Deno.readDirSync(LISTS)) {
  Deno.test(`render() of the list of ${cni} gives the fixture`, () => {
    const names = [...Deno.readDirSync(`${LISTS}${cni}`)].map(({ name }) => name);
    const [name = ""] = names.filter((name) => !isRenderedName(name));
    const rendered = render(
      original(name, Deno.readTextFileSync(`${LISTS}${cni}/${name}`), 0o600),
      [CHAINED_PLUGIN],
    );
    if (rendered === null) throw new Error("natra is said to be in it already");
    assertEquals(names.filter(isRenderedName), [rendered.name]);
    assertEquals(rendered.text, Deno.readTextFileSync(`${LISTS}${cni}/${rendered.name}`));
    assertEquals(rendered.mode, 0o600);
    assert(compareNames(rendered.name, name) < 0);
  });
}

const list = (plugins: unknown, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ cniVersion: "1.0.0", name: "n", plugins, ...more });

Deno.test("render() does not change a list that has natra already, also inside another plugin", () => {
  for (
    const plugins of [[{ type: "ptp" }, { type: "natra" }], [{
      type: "multus",
      delegates: [{ plugins: [{ type: "natra" }] }],
    }]]
  ) {
    assertEquals(render(original("10-x.conflist", list(plugins)), [CHAINED_PLUGIN]), null);
  }
});

for (
  const [more, why] of [
    [{ cniVersion: "0.2.0" }, '"0.2.0", natra supports 0.3.0'],
    [{ cniVersion: undefined }, '"0.1.0", natra supports 0.3.0'],
    [{ name: "../n" }, '"../n" cannot be a network\'s name'],
  ] as const
) {
  Deno.test(`render() refuses ${JSON.stringify(more)}: pods would not start`, () => {
    const given = original("10-x.conflist", list([{ type: "ptp" }], more));
    const error = assertThrows(() => render(given, [CHAINED_PLUGIN]), InstallError, why);
    assert(error.message.includes('"10-x.conflist"'));
  });
}

Deno.test("render() refuses a list without a main plugin: natra would be the first", () => {
  const given = original("10-x.conflist", list([{ type: "bandwidth" }]));
  assertThrows(() => render(given, [CHAINED_PLUGIN]), InstallError, "no main plugin");
});

for (
  const [name, text, why] of [
    ["a.conflist", "", "it is empty"],
    ["a.conflist", " \n", "it is empty"],
    ["a.conflist", '{"name":"n","plug', "it is not JSON"],
    ["a.conflist", "[]", "it is not a JSON object"],
    ["a.conflist", '{"plugins":[{"type":"ptp"}]}', "its name is undefined"],
    ["a.conflist", '{"name":"n","plugins":[]}', "it has no plugins"],
    ["a.conflist", '{"name":"n","type":"ptp"}', "it has no plugins"],
    ["a.conflist", '{"name":"n","plugins":[{"type":"ptp"},{}]}', "plugin 2 has no type"],
    ["a.conflist", '{"name":"n","cniVersion":1,"plugins":[{"type":"ptp"}]}', "its cniVersion is 1"],
    ["a.conf", '{"name":"n"}', "plugin 1 has no type"],
    ["a.json", '{"name":"n","plugins":[{"type":"ptp"}]}', "whose name must end in .conflist"],
    ["a.conflist", `${'{"a":'.repeat(300)}1${"}".repeat(300)}`, "nests deeper"],
  ] as const
) {
  Deno.test(`parseOriginal() refuses ${name} ${text.slice(0, 50)}`, () => {
    assertThrows(() => original(name, text), InstallError, why);
  });
}

Deno.test("render() changes only the plugins, and removes only those that it replaces", () => {
  const plugin = fc.record({
    type: fc.constantFrom("ptp", "portmap", "bandwidth", "tuning"),
    k: fc.jsonValue(),
  });
  fc.assert(
    fc.property(
      fc.array(plugin, { minLength: 1 }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (plugins, more) => {
        const text = list(plugins, { ...more, cniVersion: "1.0.0", name: "n", plugins });
        const given = JSON.parse(text);
        fc.pre(plugins.some(({ type }) => type !== "bandwidth")); // natra needs a main plugin
        const rendered = render(original("10-x.conflist", text), [CHAINED_PLUGIN]);
        fc.pre(rendered !== null); // some other value says that it is natra
        const { plugins: chained, ...rest } = JSON.parse(rendered.text);
        const { plugins: _, ...expected } = given;
        assertEquals(rest, expected);
        const types = chained.map(({ type }: { type: string }) => type);
        assertEquals(types.filter((type: string) => type === "natra").length, 1);
        assertEquals(
          chained.filter(({ type }: { type: string }) => type !== "natra"),
          given.plugins.filter(({ type }: { type: string }) => type !== "bandwidth"),
        );
        const others = given.plugins.filter(({ type }: { type: string }) => type !== "bandwidth");
        const at = given.plugins.findIndex(({ type }: { type: string }) => type === "bandwidth");
        assertEquals(types.indexOf("natra"), at <= 0 ? others.length : at);
        parseExact(rendered.text);
      },
    ),
  );
});
