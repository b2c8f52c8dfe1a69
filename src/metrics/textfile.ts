import { ifThere } from "../base/log/describe.ts";

/**
 * Writes a file whole or not at all, for node_exporter's textfile collector, which may look at any moment: beside its
 * place, under a name that the collector passes over, and renamed.
 *
 * @param path Its absolute or relative path; it becomes readable for everyone.
 * @throws {Error} If the file system refuses; what was there before is untouched then.
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
