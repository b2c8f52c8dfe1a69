import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  draftedContainers,
  hasRecord,
  readRecord,
  readRecords,
  removeDrafts,
  removeRecord,
  writeRecord,
} from "./records.ts";

/** A directory for records that goes away with its owner; it does not exist before the first record. */
function temporaryRoot(): Disposable & { path: string } {
  const parent = Deno.makeTempDirSync({ prefix: "natra-records-" });
  return { path: `${parent}/natra`, [Symbol.dispose]: () => Deno.removeSync(parent, { recursive: true }) };
}

const key = { containerId: "c1", ifname: "eth0" };
const namesIn = (root: string): string[] => [...Deno.readDirSync(root)].map(({ name }) => name).sort();

Deno.test("writeRecord() makes the directory and the file, for root alone", () => {
  using root = temporaryRoot();
  writeRecord(key, { a: 1 }, root.path);
  assertEquals(namesIn(root.path), ["c1-eth0.json"]);
  assertEquals((Deno.statSync(root.path).mode ?? 0) & 0o777, 0o700);
  assertEquals((Deno.statSync(`${root.path}/c1-eth0.json`).mode ?? 0) & 0o777, 0o600);
});

Deno.test("readRecord() gives back any JSON that was written, and bigints as text", () => {
  using root = temporaryRoot();
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), fc.bigInt(), (value, big) => {
    writeRecord(key, { value, big }, root.path);
    const plain: unknown = JSON.parse(JSON.stringify(value));
    assertEquals(readRecord(key, root.path), { value: plain, big: String(big) });
  }));
});

Deno.test("writeRecord() replaces a record, and leaves no draft", () => {
  using root = temporaryRoot();
  writeRecord(key, "first", root.path);
  writeRecord(key, "second", root.path);
  assertEquals(readRecord(key, root.path), "second");
  assertEquals(namesIn(root.path), ["c1-eth0.json"]);
});

Deno.test("writeRecord() that fails leaves the record that was there, and no draft", () => {
  using root = temporaryRoot();
  writeRecord(key, "first", root.path);
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  assertThrows(() => writeRecord(key, circular, root.path), TypeError);
  Deno.mkdirSync(`${root.path}/c2-eth0.json`);
  assertThrows(() => writeRecord({ ...key, containerId: "c2" }, "x", root.path));
  assertEquals(readRecord(key, root.path), "first");
  assertEquals(namesIn(root.path), ["c1-eth0.json", "c2-eth0.json"]);
});

Deno.test("readRecord() gives null for none, and for one that is cut short", () => {
  using root = temporaryRoot();
  assertEquals(readRecord(key, root.path), null);
  writeRecord(key, { a: 1 }, root.path);
  Deno.writeTextFileSync(`${root.path}/c1-eth0.json`, '{"a":');
  assertEquals(readRecord(key, root.path), null);
});

Deno.test("hasRecord() sees a record that cannot be read, too", () => {
  using root = temporaryRoot();
  assertEquals(hasRecord(key, root.path), false);
  writeRecord(key, { a: 1 }, root.path);
  Deno.writeTextFileSync(`${root.path}/c1-eth0.json`, "");
  assertEquals(hasRecord(key, root.path), true);
});

Deno.test("readRecords() gives all records, and passes over what is none", () => {
  using root = temporaryRoot();
  assertEquals(readRecords(root.path), []);
  writeRecord(key, 1, root.path);
  writeRecord({ ...key, ifname: "eth1.5" }, 2, root.path);
  Deno.writeTextFileSync(`${root.path}/c9-eth0.json`, "no JSON");
  Deno.writeTextFileSync(`${root.path}/c1+x.tmp`, "3");
  Deno.mkdirSync(`${root.path}/directory.json`);
  assertEquals(readRecords(root.path).sort(), [1, 2]);
});

Deno.test("readRecords() passes on an error that is not about being there", () => {
  using root = temporaryRoot();
  Deno.writeTextFileSync(root.path, "a file");
  assertThrows(() => readRecords(root.path));
});

Deno.test("removeRecord() removes one record, once or twice", () => {
  using root = temporaryRoot();
  writeRecord(key, 1, root.path);
  writeRecord({ ...key, containerId: "c2" }, 2, root.path);
  removeRecord(key, root.path);
  removeRecord(key, root.path);
  assert(!hasRecord(key, root.path));
  assertEquals(readRecords(root.path), [2]);
});

Deno.test("removeDrafts() removes a container's drafts, and neither records nor others' drafts", () => {
  using root = temporaryRoot();
  assertEquals(draftedContainers(root.path), []);
  writeRecord(key, 1, root.path);
  for (const name of ["c1+x.tmp", "c1+y.tmp", "c1-2+z.tmp"]) {
    Deno.writeTextFileSync(`${root.path}/${name}`, "{");
  }
  assertEquals(draftedContainers(root.path).sort(), ["c1", "c1-2"]);
  removeDrafts("c1", root.path);
  assertEquals(namesIn(root.path), ["c1-2+z.tmp", "c1-eth0.json"]);
});
