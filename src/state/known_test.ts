import { assertEquals } from "@std/assert";
import { needsRootAnd, testIf } from "../../tests/rig/needs.ts";
import { isKnown } from "./known.ts";
import { containerPins, interfacePins } from "../registry/names.ts";
import { removeRecord, writeRecord } from "./records.ts";

const fresh = (): { containerId: string; ifname: string } => ({
  containerId: `natra-rig-${crypto.randomUUID()}`,
  ifname: "eth0.5",
});

Deno.test("isKnown() is false for a container that natra never saw", () =>
  assertEquals(isKnown(fresh()), false));

testIf(needsRootAnd(), "isKnown() is true from a record alone", () => {
  const key = fresh();
  try {
    writeRecord(key, {});
    assertEquals([isKnown(key), isKnown({ ...key, ifname: "eth1" })], [true, false]);
  } finally {
    removeRecord(key);
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
