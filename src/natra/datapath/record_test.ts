import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { appliedOf, HELD } from "../../../tests/rig/any_applied.ts";
import { anyLimit } from "../../../tests/rig/any_limit.ts";
import { writeRecord } from "../../state/records.ts";
import { allApplied, type Applied, readApplied } from "./record.ts";

function temporaryRoot(): Disposable & { path: string } {
  const path = Deno.makeTempDirSync({ prefix: "natra-applied-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const applied = appliedOf({ choices: [{ what: "attach", choice: "tcx", why: "this kernel has tcx" }] });

Deno.test("readApplied() gives back exactly what was recorded, bigints as bigints", () => {
  using root = temporaryRoot();
  const direction = fc.option(anyLimit().map((limit) => ({ ...HELD, limit })));
  fc.assert(fc.property(direction, direction, (ingress, egress) => {
    const made: Applied = { ...applied, ingress, egress };
    writeRecord(made, made, root.path);
    assertEquals(readApplied(made, root.path), made);
  }));
});

Deno.test("readApplied() gives back what an unfinished record wants", () => {
  using root = temporaryRoot();
  const limit = fc.option(anyLimit());
  fc.assert(fc.property(limit, limit, (ingress, egress) => {
    const made: Applied = { ...applied, complete: false, wanted: { ingress, egress } };
    writeRecord(made, made, root.path);
    assertEquals(readApplied(made, root.path), made);
  }));
});

Deno.test("readApplied() gives null for a record that wants what is no limit", () => {
  using root = temporaryRoot();
  for (const wanted of [7, [], {}, { ingress: null }, { ingress: 1, egress: null }]) {
    writeRecord(applied, { ...applied, wanted }, root.path);
    assertEquals(readApplied(applied, root.path), null, JSON.stringify(wanted));
  }
});

Deno.test("readApplied() gives null for no record", () => {
  using root = temporaryRoot();
  assertEquals(readApplied(applied, root.path), null);
});

Deno.test("readApplied() gives null for a record of another version, and for what is no record", () => {
  using root = temporaryRoot();
  for (const other of [{ ...applied, version: 2 }, "text", 7, null, []]) {
    writeRecord(applied, other, root.path);
    assertEquals(readApplied(applied, root.path), null);
  }
});

Deno.test("allApplied() gives every record that can be read", () => {
  using root = temporaryRoot();
  const other: Applied = { ...applied, containerId: "c2" };
  writeRecord(applied, applied, root.path);
  writeRecord(other, other, root.path);
  writeRecord({ containerId: "c3", ifname: "eth0" }, { version: 9 }, root.path);
  const found = allApplied(root.path).toSorted((a, b) => a.containerId < b.containerId ? -1 : 1);
  assertEquals(found, [applied, other]);
});
