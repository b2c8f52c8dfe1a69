import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { unpinName } from "../ebpf/pins.ts";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { containerPins, interfacePins, isKnown, PIN_ROOT, records } from "./node_state.ts";

const fresh = (): { containerId: string; ifname: string } => ({
  containerId: `natra-rig-${crypto.randomUUID()}`,
  ifname: "eth0.5",
});

Deno.test("isKnown() is false for a container that natra never saw", () =>
  assertEquals(isKnown(fresh()), false));

testIf(needsRootAnd(), "isKnown() is true from a record alone", () => {
  const key = fresh();
  try {
    records.write(key, {});
    assertEquals([isKnown(key), isKnown({ ...key, ifname: "eth1" })], [true, false]);
  } finally {
    records.remove(key);
  }
  assertEquals(isKnown(key), false);
});

testIf(needsRootAnd(), "isKnown() is true from pins alone, as an ADD that was killed leaves them", () => {
  const key = fresh();
  try {
    Deno.mkdirSync(interfacePins(key.containerId, key.ifname), { recursive: true, mode: 0o700 });
    assertEquals([isKnown(key), isKnown({ ...key, ifname: "eth1" })], [true, false]);
  } finally {
    Deno.removeSync(containerPins(key.containerId), { recursive: true });
  }
  assertEquals(isKnown(key), false);
});

/** The container IDs that the specification allows. */
const containerId = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}$/);
/** The interface names that the kernel allows. */
const ifname = fc.stringMatching(/^[!-.0-~]{1,15}$/).filter((name) => name !== "." && name !== "..");

/** The names after the pin root. */
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
