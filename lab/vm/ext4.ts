import { run } from "./command.ts";

const SECTION_MIB = 128;
const UUID = "6e617472-6100-4000-8000-000000000000";

/**
 * Makes an ext4 image of a directory, without mounting anything.
 *
 * @param tree what goes in
 * @param image file to make
 * @param spareMiB room left for what the guest writes; the file is sparse, so it costs nothing
 */
export async function makeImage(tree: string, image: string, spareMiB: number): Promise<void> {
  const usedMiB = Number((await run("du", ["-sm", tree])).split("\t")[0]);
  const wantedMiB = Math.ceil(usedMiB * 1.15) + spareMiB; // metadata takes a part of the image
  // As memory it must fill whole sections of the guest's.
  const sizeMiB = Math.ceil(wantedMiB / SECTION_MIB) * SECTION_MIB;
  const options = ["-q", "-t", "ext4", "-O", "^has_journal", "-m", "0"];
  // The same contents give the same image.
  const fixed = ["-U", UUID, "-E", `root_owner=0:0,hash_seed=${UUID}`];
  await run("mke2fs", [...options, ...fixed, "-d", tree, image, `${sizeMiB}M`]);
}

/**
 * Reads a text file out of an image.
 *
 * @param image the image
 * @param path absolute path inside it, without blanks
 * @returns its text; empty if there is no such file
 */
export async function readFromImage(image: string, path: string): Promise<string> {
  return await run("debugfs", ["-R", `cat ${path}`, image]);
}

/**
 * Copies a directory's contents out of an image.
 *
 * @param image the image
 * @param name directory at the image's root, without blanks
 * @param room directory of the caller's own to copy through
 * @param into where the contents go; made if it is not there
 */
export async function copyFromImage(image: string, name: string, room: string, into: string): Promise<void> {
  await run("debugfs", ["-R", `rdump /${name} .`, image], { cwd: room }); // "." needs no quoting, whatever the path
  await Deno.mkdir(into, { recursive: true });
  await run("cp", ["-a", `${room}/${name}/.`, into]);
}
