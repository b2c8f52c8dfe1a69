import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { CniError } from "./cni/errors.ts";
import { loadPlugin, productOf, PRODUCTS } from "./products.ts";
import { NAME_SPACES, NUMBER_SPACES, overlaps } from "./registry/allotment.ts";

const products = await Promise.all(Object.values(PRODUCTS).map((load) => load()));

Deno.test("the products' allotments do not overlap", () => {
  assertEquals(overlaps(products.map(({ allotment }) => allotment)), []);
  for (const space of [...NUMBER_SPACES, ...NAME_SPACES]) {
    const owners = products.filter(({ allotment: { numbers, names } }) => space in numbers || space in names);
    assertGreater(owners.length, 0, `no product owns anything in ${space}`);
  }
});

Deno.test("a product has one name everywhere", () => {
  assertEquals(products.map(({ name }) => name), Object.keys(PRODUCTS));
  for (const { name, type, allotment, chained } of products) {
    assertEquals([allotment.product, allotment.names.cniType], [name, [type]]);
    if (chained !== undefined) assertEquals(chained.type, type);
  }
});

Deno.test("loadPlugin() uses the type, then the executable's name, then natra", async () => {
  const natra = await loadPlugin("natra", "pona");
  assertEquals([await loadPlugin(undefined, "natra"), await loadPlugin("other", "other")], [natra, natra]);
  for (const [type, executable] of [["pona", "natra"], [undefined, "patronus-cni"]] as const) {
    const error = await assertRejects(() => loadPlugin(type, executable), CniError);
    assertEquals([error.code, error.message.includes(`"${type ?? executable}"`)], [7, true]);
  }
});

Deno.test("productOf() uses the executable's name, and natra for any other name", async () => {
  const names = await Promise.all(["natra", "pona", "patronus-cni", "small-test"].map(productOf));
  assertEquals(names.map(({ name }) => name), ["natra", "pona", "patronus", "natra"]);
});
