import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { appliedOf, HELD } from "../../../tests/rig/any_applied.ts";
import { anyLimit } from "../../../tests/rig/any_limit.ts";
import { allApplied, type Applied, readApplied } from "./record.ts";
import { Records } from "../../state/records.ts";

function temporaryRoot(): Disposable & { records: Records } {
  const path = Deno.makeTempDirSync({ prefix: "natra-applied-" });
  return { records: new Records(path), [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const applied = appliedOf({ choices: [{ what: "attach", choice: "tcx", why: "this kernel has tcx" }] });

Deno.test("readApplied() gives back exactly what was recorded, bigints as bigints", () => {
  using root = temporaryRoot();
  const direction = fc.option(anyLimit().map((limit) => ({ ...HELD, limit })));
  fc.assert(fc.property(direction, direction, (ingress, egress) => {
    const made: Applied = { ...applied, ingress, egress };
    root.records.write(made, made);
    assertEquals(readApplied(made, root.records), made);
  }));
});

Deno.test("readApplied() gives back what an unfinished record wants", () => {
  using root = temporaryRoot();
  const limit = fc.option(anyLimit());
  fc.assert(fc.property(limit, limit, (ingress, egress) => {
    const made: Applied = { ...applied, complete: false, wanted: { ingress, egress } };
    root.records.write(made, made);
    assertEquals(readApplied(made, root.records), made);
  }));
});

Deno.test("readApplied() gives null for a record whose wanted limits are not limits", () => {
  using root = temporaryRoot();
  for (const wanted of [7, [], {}, { ingress: null }, { ingress: 1, egress: null }]) {
    root.records.write(applied, { ...applied, wanted });
    assertEquals(readApplied(applied, root.records), null, JSON.stringify(wanted));
  }
});

Deno.test("a record with a limit that cannot be read is unreadable as a whole, and hides no other", () => {
  using root = temporaryRoot();
  const spoiled = { ...applied, egress: { ...HELD, limit: { ...HELD.limit, rate: "fast" } } };
  const key = { ...applied, containerId: "c2" };
  root.records.write(key, { ...spoiled, containerId: "c2" });
  root.records.write(applied, applied);
  assertEquals(readApplied(key, root.records), null);
  assertEquals(allApplied(root.records), [applied]);
});

Deno.test("readApplied() gives null for no record", () => {
  using root = temporaryRoot();
  assertEquals(readApplied(applied, root.records), null);
});

Deno.test("readApplied() gives null for a record of another version, and for other JSON", () => {
  using root = temporaryRoot();
  for (const other of [{ ...applied, version: 2 }, "text", 7, null, []]) {
    root.records.write(applied, other);
    assertEquals(readApplied(applied, root.records), null);
  }
});

Deno.test("allApplied() gives every record that can be read", () => {
  using root = temporaryRoot();
  const other: Applied = { ...applied, containerId: "c2" };
  root.records.write(applied, applied);
  root.records.write(other, other);
  root.records.write({ containerId: "c3", ifname: "eth0" }, { version: 9 });
  const found = allApplied(root.records).toSorted((a, b) => a.containerId < b.containerId ? -1 : 1);
  assertEquals(found, [applied, other]);
});
