/** Programs of Debian's packages, unpacked and not installed. */
import { Apt } from "../../../lab/vm/apt.ts";
import { VmError } from "../../../lab/vm/error.ts";
import { run } from "../run.ts";
import { type Have, madeOnce } from "./cache.ts";

/**
 * Unpacks packages of a release; what they depend on must be on this machine.
 *
 * @param release such as "bookworm"
 * @param packages their names
 * @returns the root of their files
 */
export async function unpacked(release: string, packages: readonly string[]): Promise<Have> {
  try {
    return await madeOnce(`${release}-${packages.join("-")}`, async (directory) => {
      const debs = `${directory}/.debs`;
      await Apt.use({ release }, (apt) => apt.download(packages, debs));
      for await (const { name } of Deno.readDir(debs)) {
        await run(["dpkg", "-x", `${debs}/${name}`, directory]);
      }
      await Deno.remove(debs, { recursive: true });
      return null;
    });
  } catch (error) {
    if (error instanceof VmError) return { missing: `Debian ${release} cannot be had: ${error.message}` };
    throw error;
  }
}
