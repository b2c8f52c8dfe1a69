/** A later natra: the same program, by another commit, and the image of it. */
import { run } from "../../rig/run.ts";

/**
 * The commit that it says it was built from: as long as a real one, so that nothing in the executable moves.
 */
export const LATER_COMMIT = "0123456789ab";

interface SavedImage {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/**
 * Makes a later version of an image: one layer more, with another executable.
 *
 * @param archive the image, as scripts/image.sh makes it
 * @param natra the executable in it
 * @param directory takes the archive, and is worked in
 * @param name the later image's name
 * @returns path of the later image's archive
 */
export async function upgradedImage(
  archive: string,
  natra: string,
  directory: string,
  name: string,
): Promise<string> {
  const root = `${directory}/image`;
  await run(["mkdir", "-p", root, `${directory}/layer/usr/bin`]);
  await run(["tar", "-xf", archive, "-C", root]);
  await Deno.writeFile(`${directory}/layer/usr/bin/natra`, await laterExecutable(natra), { mode: 0o755 });
  await run([
    "tar",
    "-C",
    `${directory}/layer`,
    "--owner=0",
    "--group=0",
    "-cf",
    `${root}/later.tar`,
    "usr/bin/natra",
  ]);
  const [digest = ""] = (await run(["sha256sum", `${root}/later.tar`])).split(" ");
  const [saved] = JSON.parse(await Deno.readTextFile(`${root}/manifest.json`)) as SavedImage[];
  if (saved === undefined) throw new Error(`No image in "${archive}"`);
  const config = JSON.parse(await Deno.readTextFile(`${root}/${saved.Config}`)) as {
    rootfs: { diff_ids: string[] };
    history?: unknown;
  };
  config.rootfs.diff_ids.push(`sha256:${digest}`);
  delete config.history;
  await Deno.writeTextFile(`${root}/config.json`, JSON.stringify(config));
  const later = [{ Config: "config.json", RepoTags: [name], Layers: [...saved.Layers, "later.tar"] }];
  await Deno.writeTextFile(`${root}/manifest.json`, JSON.stringify(later));
  const output = `${directory}/later.tar`;
  const layers = [...saved.Layers, "later.tar"];
  await run(["tar", "-C", root, "-cf", output, "manifest.json", "config.json", ...layers]);
  return output;
}

async function laterExecutable(natra: string): Promise<Uint8Array<ArrayBuffer>> {
  const { commit } = JSON.parse(await run([natra, "version", "-o", "json"])) as { commit: string };
  const bytes = await Deno.readFile(natra);
  const [from, to] = [commit, LATER_COMMIT].map((text) => new TextEncoder().encode(text));
  const at = find(bytes, from ?? new Uint8Array());
  if (at < 0 || commit.length !== LATER_COMMIT.length) throw new Error(`"${commit}" is not in "${natra}"`);
  bytes.set(to ?? [], at);
  return bytes;
}

function find(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0] ?? 0); at >= 0; at = bytes.indexOf(wanted[0] ?? 0, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
