import { assertEquals, assertThrows } from "@std/assert";
import { type Component, embeddedComponents, selectComponents } from "./licences.ts";
import { UsageError } from "./output.ts";

const component = (name: string): Component => ({
  name,
  version: "1",
  licence: "MIT",
  from: "a test",
  text: `${name}'s text`,
});
const all = [component("natra"), component("V8"), component("zlib")];

Deno.test("selectComponents() takes names in any case, keeps the list's order, and knows all", () => {
  assertEquals(selectComponents(all, ["ZLIB", "v8"]).map(({ name }) => name), ["V8", "zlib"]);
  assertEquals(selectComponents(all, ["all"]), all);
});

Deno.test("selectComponents() refuses an unknown name, and quotes it", () => {
  assertThrows(() => selectComponents(all, ["v8", 'o"penssl']), UsageError, '"o\\"penssl"');
});

Deno.test("embeddedComponents() says why a natra that runs from source has none", () => {
  assertThrows(embeddedComponents, Error, "only a built executable contains them");
});
