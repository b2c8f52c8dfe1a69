import { assertEquals } from "@std/assert";
import { copyFromImage, makeImage, readFromImage } from "./ext4.ts";

async function withImage(action: (image: string, directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "vm ext4, " });
  try {
    await Deno.mkdir(`${directory}/tree/out/deep`, { recursive: true });
    await Deno.writeTextFile(`${directory}/tree/out/deep/file`, "text\n");
    await makeImage(`${directory}/tree`, `${directory}/image`, 8);
    await action(`${directory}/image`, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("readFromImage() reads a file, and nothing where there is none", () =>
  withImage(async (image) => {
    assertEquals(await readFromImage(image, "/out/deep/file"), "text\n");
    assertEquals(await readFromImage(image, "/none"), "");
  }));

Deno.test("makeImage() leaves the room that was asked for, at no cost on the disk", () =>
  withImage(async (image) => {
    const { size, blocks } = await Deno.stat(image);
    assertEquals(size >= 8 * 1024 * 1024, true);
    assertEquals((blocks ?? 0) * 512 < size / 2, true);
  }));

Deno.test("copyFromImage() copies a directory's contents into one that may exist", () =>
  withImage(async (image, directory) => {
    const into = `${directory}/into`;
    await Deno.mkdir(into);
    await Deno.writeTextFile(`${into}/before`, "");
    await Deno.mkdir(`${directory}/room`);
    await copyFromImage(image, "out", `${directory}/room`, into);
    assertEquals(await Deno.readTextFile(`${into}/deep/file`), "text\n");
    assertEquals(await Deno.readTextFile(`${into}/before`), "");
  }));
