import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Records } from "./records.ts";

/** A directory for records that is removed on disposal; it does not exist before the first record. */
function temporaryRoot(): Disposable & { path: string; records: Records } {
  const parent = Deno.makeTempDirSync({ prefix: "natra-records-" });
  const path = `${parent}/natra`;
  return {
    path,
    records: new Records(path),
    [Symbol.dispose]: () => Deno.removeSync(parent, { recursive: true }),
  };
}

const key = { containerId: "c1", ifname: "eth0" };
const namesIn = (root: string): string[] => [...Deno.readDirSync(root)].map(({ name }) => name).sort();

Deno.test("Records.write() creates the directory and the file, for root only", () => {
  using root = temporaryRoot();
  root.records.write(key, { a: 1 });
  assertEquals(namesIn(root.path), ["c1-eth0.json"]);
  assertEquals((Deno.statSync(root.path).mode ?? 0) & 0o777, 0o700);
  assertEquals((Deno.statSync(`${root.path}/c1-eth0.json`).mode ?? 0) & 0o777, 0o600);
});

Deno.test("Records.read() gives back any JSON that was written, and bigints as text", () => {
  using root = temporaryRoot();
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), fc.bigInt(), (value, big) => {
    root.records.write(key, { value, big });
    const plain: unknown = JSON.parse(JSON.stringify(value));
    assertEquals(root.records.read(key), { value: plain, big: String(big) });
  }));
});

Deno.test("Records.write() replaces a record, and leaves no draft", () => {
  using root = temporaryRoot();
  root.records.write(key, "first");
  root.records.write(key, "second");
  assertEquals(root.records.read(key), "second");
  assertEquals(namesIn(root.path), ["c1-eth0.json"]);
});

Deno.test("Records.write() that fails leaves the record that was there, and no draft", () => {
  using root = temporaryRoot();
  root.records.write(key, "first");
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  assertThrows(() => root.records.write(key, circular), TypeError);
  Deno.mkdirSync(`${root.path}/c2-eth0.json`);
  assertThrows(() => root.records.write({ ...key, containerId: "c2" }, "x"));
  assertEquals(root.records.read(key), "first");
  assertEquals(namesIn(root.path), ["c1-eth0.json", "c2-eth0.json"]);
});

Deno.test("Records.read() gives null for a missing record, and for one that is cut short", () => {
  using root = temporaryRoot();
  assertEquals(root.records.read(key), null);
  root.records.write(key, { a: 1 });
  Deno.writeTextFileSync(`${root.path}/c1-eth0.json`, '{"a":');
  assertEquals(root.records.read(key), null);
});

Deno.test("Records.has() sees a record that cannot be read, too", () => {
  using root = temporaryRoot();
  assertEquals(root.records.has(key), false);
  root.records.write(key, { a: 1 });
  Deno.writeTextFileSync(`${root.path}/c1-eth0.json`, "");
  assertEquals(root.records.has(key), true);
});

Deno.test("Records.all() gives all records, and skips other files", () => {
  using root = temporaryRoot();
  assertEquals(root.records.all(), []);
  root.records.write(key, 1);
  root.records.write({ ...key, ifname: "eth1.5" }, 2);
  Deno.writeTextFileSync(`${root.path}/c9-eth0.json`, "no JSON");
  Deno.writeTextFileSync(`${root.path}/c1+x.tmp`, "3");
  Deno.mkdirSync(`${root.path}/directory.json`);
  assertEquals(root.records.all().sort(), [1, 2]);
});

Deno.test("Records.all() throws an error other than a missing directory", () => {
  using root = temporaryRoot();
  Deno.writeTextFileSync(root.path, "a file");
  assertThrows(() => root.records.all());
});

Deno.test("Records.remove() removes one record, once or twice", () => {
  using root = temporaryRoot();
  root.records.write(key, 1);
  root.records.write({ ...key, containerId: "c2" }, 2);
  root.records.remove(key);
  root.records.remove(key);
  assert(!root.records.has(key));
  assertEquals(root.records.all(), [2]);
});

Deno.test("Records.removeDrafts() removes only the drafts of one container", () => {
  using root = temporaryRoot();
  assertEquals(root.records.draftedContainers(), []);
  root.records.write(key, 1);
  for (const name of ["c1+x.tmp", "c1+y.tmp", "c1-2+z.tmp"]) {
    Deno.writeTextFileSync(`${root.path}/${name}`, "{");
  }
  assertEquals(root.records.draftedContainers().sort(), ["c1", "c1-2"]);
  root.records.removeDrafts("c1");
  assertEquals(namesIn(root.path), ["c1-2+z.tmp", "c1-eth0.json"]);
});
