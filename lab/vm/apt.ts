import { type AptChoice, writeRoot } from "./aptroot.ts";
import { cacheDirectory, exists, withLock } from "./cache.ts";
import { run, type RunOptions } from "./command.ts";

/** How old package lists may be: the mirror drops superseded packages, and then a download fails. */
const LISTS_LAST_MS = 24 * 3600 * 1000;

/**
 * A private root of apt: its own lists and settings, the machine's own mirror and keys. Nothing is installed
 * on the machine, and its apt does not notice. apt itself checks every download against the signed hashes.
 */
export class Apt {
  readonly #choice: AptChoice;
  readonly #options: RunOptions;

  private constructor(choice: AptChoice, directory: string) {
    this.#choice = choice;
    this.#options = { env: { APT_CONFIG: `${directory}/apt.conf`, DEBIAN_FRONTEND: "noninteractive" } };
  }

  /**
   * Runs an action on an apt root with fresh lists; nobody else changes that root meanwhile.
   *
   * @param choice which packages to offer
   * @param action what to do with it
   * @returns the action's result
   * @throws {VmError} of kind `network` if the lists cannot be fetched
   */
  static async use<T>(choice: AptChoice, action: (apt: Apt) => Promise<T>): Promise<T> {
    const name = [
      "apt",
      choice.release,
      ...(choice.extra === undefined ? [] : [choice.extra]),
    ]
      .join("-");
    return await withLock(name, async () => {
      const directory = `${cacheDirectory()}/${name}`;
      await writeRoot(directory, choice);
      const apt = new Apt(choice, directory);
      await apt.#refresh(`${directory}/refreshed`);
      return await action(apt);
    });
  }

  async #refresh(stamp: string): Promise<void> {
    if (await exists(stamp)) {
      const age = Date.now() - ((await Deno.stat(stamp)).mtime?.getTime() ?? 0);
      if (age >= 0 && age < LISTS_LAST_MS) return;
    }
    await run("apt-get", ["update", "-o", "APT::Update::Error-Mode=any"], {
      ...this.#options,
      kind: "network",
    });
    await Deno.writeTextFile(stamp, "");
  }

  /**
   * Downloads packages and all they depend on, without what is merely recommended.
   *
   * @param packages names
   * @param into directory for the `.deb` files; made if it is not there
   */
  async downloadWithDependencies(packages: readonly string[], into: string): Promise<void> {
    await Deno.mkdir(`${into}/partial`, { recursive: true });
    const args = ["-y", "--download-only", "-o", `Dir::Cache::archives=${into}`, "install", ...packages];
    await run("apt-get", args, this.#options);
  }

  /**
   * Downloads these packages alone.
   *
   * @param packages `name=version` each
   * @param into directory for the `.deb` files; made if it is not there
   */
  async download(packages: readonly string[], into: string): Promise<void> {
    await Deno.mkdir(into, { recursive: true });
    await run("apt-get", ["download", ...packages], { ...this.#options, cwd: into });
  }

  /**
   * Says what installing a package would bring in.
   *
   * @param target `name` or `name=version`
   * @returns `name=version` of each package
   */
  async closure(target: string): Promise<string[]> {
    const pocket = this.#choice.extra === "backports" ? ["-t", `${this.#choice.release}-backports`] : [];
    const plan = await run("apt-get", ["--simulate", ...pocket, "install", target], this.#options);
    return [...plan.matchAll(/^Inst (\S+) \((\S+)/gm)].map(([, name, version]) => `${name}=${version}`);
  }

  /**
   * Lists a package's versions.
   *
   * @param name the package
   * @returns lines of "package | version | source", newest first
   */
  async madison(name: string): Promise<string> {
    return await run("apt-cache", ["madison", name], this.#options);
  }
}
