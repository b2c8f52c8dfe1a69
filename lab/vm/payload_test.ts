import { assertEquals, assertRejects } from "@std/assert";
import { VmError } from "./error.ts";
import { readFromImage } from "./ext4.ts";
import { makePayload } from "./payload.ts";

async function inTempDir(action: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "vm payload, " });
  try {
    await action(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("makePayload() copies files, directories, contents and what a link points to", () =>
  inTempDir(async (directory) => {
    await Deno.mkdir(`${directory}/kept`);
    await Deno.writeTextFile(`${directory}/kept/a`, "A");
    await Deno.mkdir(`${directory}/spread`);
    await Deno.writeTextFile(`${directory}/spread/b`, "B");
    await Deno.symlink("kept/a", `${directory}/link`);
    const files = [`${directory}/kept`, `${directory}/spread/`, `${directory}/link`];
    const image = await makePayload(files, "echo 'x'", directory);
    assertEquals(await readFromImage(image, "/kept/a"), "A");
    assertEquals(await readFromImage(image, "/b"), "B");
    assertEquals(await readFromImage(image, "/link"), "A");
    assertEquals(await readFromImage(image, "/.vm/command"), "echo 'x'\n");
  }));

Deno.test("makePayload() refuses what is missing, reserved or there twice", () =>
  inTempDir(async (directory) => {
    await Deno.mkdir(`${directory}/one`);
    await Deno.writeTextFile(`${directory}/one/same`, "");
    await Deno.writeTextFile(`${directory}/same`, "");
    await Deno.writeTextFile(`${directory}/out`, "");
    const refused = async (files: readonly string[], quoted: string): Promise<void> => {
      const room = await Deno.makeTempDir({ dir: directory });
      const error = await assertRejects(() => makePayload(files, "true", room), VmError, quoted);
      assertEquals(error.kind, "usage");
    };
    await refused([`${directory}/none`], "does not exist");
    await refused([`${directory}/out`], '"out" is reserved');
    await refused([`${directory}/same`, `${directory}/one/`], 'another "same"');
  }));
