import { ifThere } from "../base/log/describe.ts";

/**
 * Writes a file atomically, for node_exporter's textfile collector, which may read it at any moment: beside
 * its place under a name that the collector ignores, and then renamed.
 *
 * @param path Its absolute or relative path; every user can read the file.
 * @throws {Error} If the file system refuses; then an older file is unchanged.
 */
export function writeTextfile(path: string, text: string): void {
  const slash = path.lastIndexOf("/") + 1;
  const draft = `${path.slice(0, slash)}.${path.slice(slash)}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = Deno.openSync(draft, { write: true, createNew: true, mode: 0o644 });
      const bytes = new TextEncoder().encode(text);
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
      file.syncSync();
    }
    Deno.chmodSync(draft, 0o644); // whatever the umask
    Deno.renameSync(draft, path);
  } catch (error) {
    ifThere(() => Deno.removeSync(draft), undefined);
    throw error;
  }
}
