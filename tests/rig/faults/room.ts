/**
 * A mount namespace of its own for a pod's calls: natra reconciles a whole node, and this machine's has
 * others' pods.
 */
import { outcomeOf, RigError, run } from "../run.ts";

/** What the room begins with: an empty bpffs, and no records. */
const FURNISH = `
  while mountpoint -q /sys/fs/bpf; do umount /sys/fs/bpf; done
  mount -t bpf bpf /sys/fs/bpf
  mkdir -p -m 700 /run/natra
  mount -t tmpfs -o mode=700 tmpfs /run/natra
  echo ready
  exec sleep infinity`;

/**
 * A mount namespace that lives as long as its owner wants. Disposing of it ends it, and what is pinned in it.
 */
export class Room implements AsyncDisposable {
  private constructor(readonly holder: Deno.ChildProcess) {}

  /**
   * Makes a room. Network namespaces that are made later have no name in it.
   *
   * @returns its owner
   * @throws {RigError} if it cannot be furnished
   */
  static async create(): Promise<Room> {
    const command = new Deno.Command("unshare", {
      args: ["--mount", "sh", "-euc", FURNISH],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      detached: true, // Ctrl-C is for the tests' own process, which then tidies up
    });
    const room = new Room(command.spawn());
    const { value } = await room.holder.stdout.pipeThrough(new TextDecoderStream()).values({
      preventCancel: true,
    }).next();
    if (value === "ready\n") return room;
    await room[Symbol.asyncDispose]();
    throw new RigError("Failed to furnish a mount namespace");
  }

  /** The start of a command line that runs the rest in here. */
  get enter(): string[] {
    return ["nsenter", `--mount=/proc/${this.holder.pid}/ns/mnt`, "--"];
  }

  /** Runs shell commands in here that must succeed. @returns What they wrote. */
  sh(commands: string, ...args: readonly string[]): Promise<string> {
    return run([...this.enter, "sh", "-ec", commands, "sh", ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await outcomeOf(["kill", "-9", `${this.holder.pid}`], { cleanup: true });
    await this.holder.status;
    await this.holder.stdout.cancel().catch(() => {});
  }
}
