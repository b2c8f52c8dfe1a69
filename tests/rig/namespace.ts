/** Network namespaces: made, entered, removed. */
import { Child } from "./child.ts";
import { pause } from "./interruption.ts";
import { type Outcome, outcomeOf, RigError, run, type RunOptions } from "./run.ts";

/** Where `ip netns` keeps its namespaces. */
const HOME = "/run/netns";
/** How every namespace of the rig begins; the number of the process that owns it follows. */
const PREFIX = "natra";

/** A named network namespace of this process. Disposing of it removes it and all that is in it. */
export class Namespace implements AsyncDisposable {
  private constructor(readonly name: string) {}

  /** The file that stands for it, as CNI_NETNS names it. */
  get path(): string {
    return `${HOME}/${this.name}`;
  }

  /**
   * Makes a namespace with its loopback up.
   *
   * @param suffix what tells it from others of this process
   * @returns its owner
   */
  static async create(suffix: string): Promise<Namespace> {
    const namespace = new Namespace(`${PREFIX}-${Deno.pid}-${suffix}`);
    try {
      await run(["ip", "netns", "add", namespace.name]);
      await run(["ip", "-n", namespace.name, "link", "set", "lo", "up"]);
      return namespace;
    } catch (error) {
      await namespace[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Turns a command into one that runs in here. `ip netns exec` would mount a /sys of its own and so hide
   * bpffs; nsenter changes the network and nothing else, like a CNI runtime.
   *
   * @param argv the program and its arguments
   * @returns the program and its arguments, entered
   */
  enter(argv: readonly string[]): string[] {
    return ["nsenter", `--net=${this.path}`, "--", ...argv];
  }

  /**
   * Runs a program in here that must succeed.
   *
   * @param argv the program and its arguments
   * @param options how to run it
   * @returns what it wrote to its standard output
   * @throws {RigError} if it fails
   */
  run(argv: readonly string[], options?: RunOptions): Promise<string> {
    return run(this.enter(argv), options);
  }

  /**
   * Runs a program in here, however it ends.
   *
   * @param argv the program and its arguments
   * @param options how to run it
   * @returns how it ended
   */
  outcomeOf(argv: readonly string[], options?: RunOptions): Promise<Outcome> {
    return outcomeOf(this.enter(argv), options);
  }

  /**
   * Starts a program in here.
   *
   * @param argv the program and its arguments
   * @returns its owner; the process is the program itself, nsenter is gone by then
   */
  start(argv: readonly string[]): Child {
    return Child.start(this.enter(argv));
  }

  /**
   * Starts a server in here and waits until it listens.
   *
   * @param argv the program and its arguments
   * @param port the TCP port that it will listen on
   * @returns its owner
   * @throws {RigError} if it ends first, or does not listen within 30 s
   */
  async startServer(argv: readonly string[], port: number): Promise<Child> {
    const child = this.start(argv);
    try {
      for (let tries = 0; tries < 600 && !child.ended; tries++) {
        if (await this.run(["ss", "-Hltn", `sport = :${port}`]) !== "") return child;
        await pause(50);
      }
      const { stderr } = await child.stop();
      throw new RigError(
        `Failed to start "${child.commandLine}": not listening on port ${port}, "${stderr.trim()}"`,
      );
    } catch (error) {
      await child.stop();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await outcomeOf(["ip", "netns", "del", this.name], { cleanup: true });
  }
}

/**
 * Removes namespaces that the rig left behind because it was killed outright.
 *
 * @returns the names of those removed
 */
export async function sweepNamespaces(): Promise<string[]> {
  const swept: string[] = [];
  const names = await Array.fromAsync(Deno.readDir(HOME), (entry) => entry.name).catch((): string[] => []);
  for (const name of names) {
    const owner = new RegExp(`^${PREFIX}-([0-9]+)-`).exec(name)?.[1];
    if (owner === undefined || await isAlive(owner)) continue;
    await outcomeOf(["ip", "netns", "del", name], { cleanup: true });
    swept.push(name);
  }
  return swept;
}

function isAlive(pid: string): Promise<boolean> {
  return Deno.stat(`/proc/${pid}`).then(() => true, () => false);
}
