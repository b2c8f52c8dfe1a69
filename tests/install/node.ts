/** A node's two CNI directories, on a tmpfs of their own, and natra's executable to install there. */
import { CHAINED_PLUGIN } from "../../src/natra/chained_plugin.ts";
import type { Target } from "../../src/install/install.ts";
import type { ChainedPlugin } from "../../src/install/render.ts";
import { run } from "../rig/run.ts";

/** The executable under test. */
export const NATRA = new URL("../../build/natra", import.meta.url).pathname;

/** The plugins that lists in tests call. */
const OTHER_PLUGINS = [
  "ptp",
  "bandwidth",
  "portmap",
  "tuning",
  "firewall",
  "flannel",
  "calico",
  "multus",
  "mesh",
  ...Array.from({ length: 7 }, (_, index) => `more-${index}`),
];

/** Directories like a node's. Disposing of them removes all. */
export class CniNode implements AsyncDisposable {
  readonly binDir: string;
  /** Where the runtime finds the plugins of other projects. */
  readonly otherBinDir: string;
  readonly confDir: string;

  private constructor(readonly root: string) {
    this.binDir = `${root}/bin`;
    this.otherBinDir = `${root}/plugins`;
    this.confDir = `${root}/net.d`;
  }

  /** The directories as the tool takes them. */
  get arguments(): readonly string[] {
    return ["--bin-dir", `${this.binDir}:${this.otherBinDir}`, "--conf-dir", this.confDir];
  }

  /** Makes them. */
  static async create(): Promise<CniNode> {
    const root = `/run/natra-install-${crypto.randomUUID()}`;
    await Deno.mkdir(root, { mode: 0o755 });
    await run(["mount", "-t", "tmpfs", "-o", "mode=0755,size=1g", "tmpfs", root]);
    const node = new CniNode(root);
    for (const path of [node.binDir, node.otherBinDir, node.confDir]) await Deno.mkdir(path, { mode: 0o755 });
    for (const type of OTHER_PLUGINS) {
      await Deno.writeTextFile(`${node.otherBinDir}/${type}`, "#!/bin/sh\n", { mode: 0o755 });
    }
    return node;
  }

  /** What an installer of this node is told; a small executable stands for natra unless one is named. */
  target(
    executable: string,
    version: Readonly<Record<string, unknown>> = { version: "test" },
    plugins: readonly ChainedPlugin[] = [CHAINED_PLUGIN],
  ): Target {
    const { binDir, otherBinDir, confDir } = this;
    return {
      binDir,
      pluginDirs: [binDir, otherBinDir],
      confDir,
      executable,
      version,
      plugins,
      types: ["natra", "pona"],
    };
  }

  /**
   * A program that answers `version` as natra would: copying 90 MB again and again would test the memory
   * alone.
   */
  async smallExecutable(version = "test"): Promise<string> {
    const path = `${this.root}/small-${version}`;
    const script = `#!/bin/sh\n[ "$1" = version ] && echo '{"version":"${version}"}'\n`;
    await Deno.writeTextFile(path, script, { mode: 0o755 });
    return path;
  }

  /** Writes a list at once, as a careful main plugin does. */
  async putList(name: string, text: string, mode = 0o644): Promise<void> {
    const draft = `${this.root}/draft-${crypto.randomUUID()}`;
    await Deno.writeTextFile(draft, text, { mode });
    await Deno.rename(draft, `${this.confDir}/${name}`);
  }

  /** The directory of lists: name and content, in the runtimes' order. What is no file has none. */
  async lists(): Promise<Map<string, string>> {
    const files = new Map<string, string>();
    for (const { name } of (await entriesOf(this.confDir)).sort(byName)) {
      const path = `${this.confDir}/${name}`;
      // What others rename or remove meanwhile was there with some content: read again by who wants it.
      const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
      files.set(name, isFile ? await Deno.readTextFile(path) : "");
    }
    return files;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(["umount", "--lazy", this.root], { cleanup: true });
    await Deno.remove(this.root);
  }
}

/** None where the directory is missing, too. */
async function entriesOf(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function byName(a: Deno.DirEntry, b: Deno.DirEntry): number {
  return a.name < b.name ? -1 : 1;
}

/** A list of a main plugin. @param mark something that only this version of it has */
export function listOf(mark: string, more: readonly Record<string, unknown>[] = []): string {
  const plugins = [{ type: "ptp", mark }, ...more, { type: "bandwidth", capabilities: { bandwidth: true } }];
  return JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins }, null, 2);
}
