/** A pod that libcni's own client has added to a network, with the cache that it leaves behind. */
import { cnitool } from "../rig/clients/go.ts";
import type { Pod } from "../rig/pod.ts";
import { run } from "../rig/run.ts";

const NETWORK = "already-there";

/**
 * libcni's cache is where it is: what is called behind this finds the directory of its first argument there.
 */
const OWN_CACHE = [
  "unshare",
  "--mount",
  "sh",
  "-ec",
  `mount -t tmpfs tmpfs /var/lib; mkdir /var/lib/cni; mount --bind "$1" /var/lib/cni; shift; exec "$@"`,
  "sh",
] as const;

/** Network, cache and client of a pod's node. Disposing of it removes the files. */
export class Libcni implements AsyncDisposable {
  private constructor(readonly pod: Pod, readonly directory: string, readonly client: string) {}

  /** Makes a network whose only plugin finds the pod's interface in its place. */
  static async create(pod: Pod): Promise<Libcni> {
    const have = await cnitool();
    if ("missing" in have) throw new Error(`Cannot do without cnitool: ${have.missing}`);
    const directory = await Deno.makeTempDir({ prefix: "natra-libcni-" });
    for (const name of ["cache", "conf", "bin"]) await Deno.mkdir(`${directory}/${name}`);
    const plugin = `#!/bin/sh\n[ "$CNI_COMMAND" != ADD ] || echo '${JSON.stringify(pod.prevResult)}'\n`;
    await Deno.writeTextFile(`${directory}/bin/${NETWORK}`, plugin, { mode: 0o755 });
    const list = { cniVersion: "1.0.0", name: NETWORK, plugins: [{ type: NETWORK }] };
    await Deno.writeTextFile(`${directory}/conf/10-${NETWORK}.conflist`, JSON.stringify(list));
    return new Libcni(pod, directory, have.path);
  }

  /** Where it remembers pods. */
  get cache(): string {
    return `${this.directory}/cache`;
  }

  /** Calls it. @param args CNI_ARGS */
  async call(verb: "add" | "del", args: string): Promise<void> {
    await run([...OWN_CACHE, this.cache, this.client, verb, NETWORK, this.pod.pod.path], {
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        NETCONFPATH: `${this.directory}/conf`,
        CNI_PATH: `${this.directory}/bin`,
        CNI_ARGS: args,
      },
    });
  }

  /** What it remembers. */
  async remembered(): Promise<{ readonly path: string; readonly text: string }[]> {
    const paths = await Array.fromAsync(
      Deno.readDir(`${this.cache}/results`),
      ({ name }) => `${this.cache}/results/${name}`,
    );
    return await Promise.all(paths.map(async (path) => ({ path, text: await Deno.readTextFile(path) })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}
