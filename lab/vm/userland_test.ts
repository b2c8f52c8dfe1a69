import { assertEquals, assertRejects } from "@std/assert";
import { exists } from "./cache.ts";
import { run } from "./command.ts";
import { VmError } from "./error.ts";
import { unpack } from "./userland.ts";

const CONTROL =
  "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: nobody <n@a.test>\nDescription: sample\n";

Deno.test("unpack() keeps the links of the merged layout and leaves out what it is told to", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const [source, tree] = [`${directory}/source`, `${directory}/tree`];
    for (const inner of ["DEBIAN", "bin", "usr/share/doc/sample"]) {
      await Deno.mkdir(`${source}/${inner}`, { recursive: true });
    }
    await Deno.writeTextFile(`${source}/DEBIAN/control`, CONTROL);
    await Deno.writeTextFile(`${source}/bin/tool`, "tool");
    await Deno.writeTextFile(`${source}/usr/share/doc/sample/copyright`, "");
    await Deno.mkdir(`${directory}/debs`);
    await run("dpkg", ["--build", source, `${directory}/debs/sample.deb`]);
    await Deno.mkdir(`${tree}/usr/bin`, { recursive: true });
    await Deno.symlink("usr/bin", `${tree}/bin`);

    await unpack(`${directory}/debs`, tree, ["./usr/share/doc"]);

    assertEquals(await Deno.readLink(`${tree}/bin`), "usr/bin");
    assertEquals(await Deno.readTextFile(`${tree}/usr/bin/tool`), "tool");
    assertEquals(await exists(`${tree}/usr/share/doc`), false);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("unpack() throws if there is no package", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await assertRejects(() => unpack(directory, directory), VmError, "Cannot find a package");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
