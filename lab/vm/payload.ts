import { exists } from "./cache.ts";
import { run } from "./command.ts";
import { VmError } from "./error.ts";
import { makeImage } from "./ext4.ts";

/** Room for what the guest writes to /w, in MiB. */
const SPARE_MIB = 512;

/** Names in /w that are the runner's own. */
const RESERVED = [".vm", "out"];

/**
 * Makes the image that the guest sees as /w: the files, `out`, and in `.vm` the command and the script that
 * runs it.
 *
 * @param files files and directories to copy; of `dir/` the contents, of `dir` the directory itself
 * @param command script for bash
 * @param room directory to work in
 * @returns the image's path
 * @throws {VmError} of kind `usage` if a file is missing, or two would get the same name
 */
export async function makePayload(files: readonly string[], command: string, room: string): Promise<string> {
  const tree = `${room}/payload`;
  await Deno.mkdir(`${tree}/.vm`, { recursive: true });
  await Deno.mkdir(`${tree}/out`);
  for (const file of files) await copyIn(file, tree);
  await Deno.writeTextFile(`${tree}/.vm/command`, `${command}\n`);
  const vminit = await Deno.readTextFile(new URL("./vminit.sh", import.meta.url));
  await Deno.writeTextFile(`${tree}/.vm/vminit.sh`, vminit, { mode: 0o755 });
  const image = `${room}/payload.img`;
  await makeImage(tree, image, SPARE_MIB);
  await Deno.remove(tree, { recursive: true });
  return image;
}

async function copyIn(file: string, tree: string): Promise<void> {
  if (!(await exists(file))) {
    throw new VmError("usage", `Cannot copy "${file}" to the guest: it does not exist`);
  }
  const contents = file.endsWith("/");
  const names = contents ? Array.from(Deno.readDirSync(file), (entry) => entry.name) : [baseName(file)];
  for (const name of names) {
    if (RESERVED.includes(name)) {
      throw new VmError("usage", `Cannot copy "${file}" to the guest: "${name}" is reserved`);
    }
    if (await exists(`${tree}/${name}`)) {
      throw new VmError("usage", `Cannot copy "${file}" to the guest: there is another "${name}"`);
    }
  }
  // -H: a link that is named is followed, links inside a directory stay links
  await run("cp", ["-a", "-H", "--reflink=auto", "--", contents ? `${file}.` : file, tree]);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
