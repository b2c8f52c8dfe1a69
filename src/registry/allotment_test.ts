import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Allotment, block, only, overlaps } from "./allotment.ts";

const claim = (
  product: string,
  numbers: Allotment["numbers"],
  names: Allotment["names"] = {},
): Allotment => ({
  product,
  numbers,
  names,
});

Deno.test("overlaps() finds a number that two products claim in one space, but not in two spaces", () => {
  assertEquals(
    overlaps([
      claim("a", { udpPort: [block(10, 5)], tcpPort: [only(20)] }),
      claim("b", { udpPort: [only(14)], fwmark: [only(20)] }),
      claim("c", { udpPort: [only(15)] }),
    ]),
    ["udpPort: a 10-14 and b 14"],
  );
});

Deno.test("overlaps() finds a product that claims a number twice", () => {
  assertEquals(overlaps([claim("a", { routeTable: [block(1, 3), only(3)] })]), ["routeTable: a 1-3 and a 3"]);
});

Deno.test("overlaps() compares names by their beginning, paths by component, CNI types as a whole", () => {
  const names = (product: string, names: Allotment["names"]): Allotment => claim(product, {}, names);
  assertEquals(
    overlaps([
      names("a", { link: ["nat"], path: ["/run/nat"], cniType: ["nat"] }),
      names("b", { link: ["natra-"], path: ["/run/natra", "/run/nat/x"], cniType: ["natra"] }),
    ]),
    ['path: a "/run/nat" and b "/run/nat/x"', 'link: a "nat" and b "natra-"'],
  );
});

Deno.test("overlaps() accepts adjacent blocks, and finds every block that is one number too long", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, size) => sum + size, 0));
      const claims = (more: number): Allotment[] =>
        sizes.map((size, at) => claim(String(at), { routeTable: [block(starts[at] ?? 0, size + more)] }));
      assertEquals(overlaps(claims(0)), []);
      assertEquals(overlaps(claims(1)).length >= sizes.length - 1, true);
    }),
  );
});
