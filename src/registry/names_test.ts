import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { containerPins, DIRECTIONS, Handle, interfacePins, PIN_ROOT, unpinName } from "./names.ts";

/** What the specification lets a container ID be. */
const containerId = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/);
/** What the kernel lets an interface be called. */
const ifname = fc.stringMatching(/^[!-.0-~]{1,15}$/).filter((name) => name !== "." && name !== "..");

/** The names behind the pin root. */
const partsOf = (path: string): string[] => path.slice(PIN_ROOT.length + 1).split("/");

Deno.test("containerPins() and interfacePins() keep to names that bpffs takes", () => {
  fc.assert(fc.property(containerId, ifname, (id, name) => {
    const parts = partsOf(interfacePins(id, name));
    assertEquals(parts.length, 2);
    for (const part of parts) assertMatch(part, /^[^./\0]+$/);
  }));
});

Deno.test("unpinName() gives back the names that pins were made from", () => {
  fc.assert(fc.property(containerId, ifname, (id, name) => {
    assertEquals(partsOf(interfacePins(id, name)).map(unpinName), [id, name]);
    assertEquals(partsOf(containerPins(id)).map(unpinName), [id]);
  }));
});

Deno.test("interfacePins() never gives two interfaces one directory", () => {
  const tricky = fc.oneof(ifname, fc.stringMatching(/^[.%25e]{1,8}$/));
  fc.assert(
    fc.property(tricky, tricky, (one, two) => {
      fc.pre(one !== two);
      assertNotEquals(interfacePins("a", one), interfacePins("a", two));
    }),
    { numRuns: 2000 },
  );
});

for (
  const [name, pin] of [["eth0.100", "eth0%2e100"], ["a%2eb", "a%252eb"], ["%", "%25"], ["%25.", "%2525%2e"]]
) {
  Deno.test(`interfacePins() writes "${name}" as "${pin}"`, () => {
    assertEquals(interfacePins("c", name ?? ""), `${PIN_ROOT}/c/${pin}`);
  });
}

Deno.test("Handle gives every class a leaf with a major of its own, which is neither the root's nor another's", () => {
  const classes = [
    Handle.POD,
    Handle.ACK,
    Handle.LIGHT,
    Handle.HEAVY,
    Handle.FREE,
    Handle.YOUNG,
    Handle.BULK,
  ];
  const handles = [Handle.ROOT, ...classes.map(Handle.leaf)];
  assertEquals(new Set(handles).size, handles.length);
  for (const handle of handles) assertEquals(handle & 0xffff, 0);
  for (const id of classes) assertEquals(id >>> 16, Handle.ROOT >>> 16);
  for (const handle of handles) assertEquals(handle > 0x80ff0000 || handle < 0x20000, false);
});

Deno.test("DIRECTIONS are the pod's two", () => assertEquals(DIRECTIONS, ["ingress", "egress"]));
