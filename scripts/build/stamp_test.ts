import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { filesBelow, isFresh, keyOf, writeStamp } from "./stamp.ts";

async function inTempDir(body: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("keyOf() changes with a file's content, with its absence, and with the end of a value", () =>
  inTempDir(async (dir) => {
    const file = `${dir}/input.c`;
    const missing = await keyOf([{ file }]);
    await Deno.writeTextFile(file, "int x;");
    const first = await keyOf([{ file }]);
    assertEquals(await keyOf([{ file }]), first);
    await Deno.writeTextFile(file, "int y;");
    assertEquals(new Set([missing, first, await keyOf([{ file }])]).size, 3);
    assertNotEquals(await keyOf([{ value: "-O" }, { value: "2" }]), await keyOf([{ value: "-O2" }]));
  }));

Deno.test("isFresh() is true until the key or an output changes", () =>
  inTempDir(async (dir) => {
    const stamp = `${dir}/stamps/step`, output = `${dir}/out.o`;
    assertEquals(isFresh(stamp, "key", [output]), false);
    await Deno.writeTextFile(output, "object");
    writeStamp(stamp, "key", [output]);
    assertEquals(isFresh(stamp, "key", [output]), true);
    assertEquals(isFresh(stamp, "other", [output]), false);
    await Deno.writeTextFile(output, "a different object");
    assertEquals(isFresh(stamp, "key", [output]), false);
    writeStamp(stamp, "key", [output]);
    await Deno.remove(output);
    assertEquals(isFresh(stamp, "key", [output]), false);
  }));

Deno.test("isFresh() treats a damaged stamp as missing", () =>
  inTempDir(async (dir) => {
    await Deno.writeTextFile(`${dir}/step`, '{"key":');
    assertEquals(isFresh(`${dir}/step`, "key", []), false);
  }));

Deno.test("writeStamp() rejects a step that did not make its output", () =>
  inTempDir((dir) => {
    assertThrows(() => writeStamp(`${dir}/step`, "key", [`${dir}/out.o`]), Error, "out.o");
    return Promise.resolve();
  }));

Deno.test("filesBelow() lists wanted files in order, and none of a missing directory", () =>
  inTempDir(async (dir) => {
    await Deno.mkdir(`${dir}/b`);
    for (const name of ["b/x.ts", "a.ts", "b/x.md"]) await Deno.writeTextFile(`${dir}/${name}`, "");
    assertEquals(filesBelow(dir, (path) => path.endsWith(".ts")), [`${dir}/a.ts`, `${dir}/b/x.ts`]);
    assertEquals(filesBelow(`${dir}/none`, () => true), []);
  }));
