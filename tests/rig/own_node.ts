/**
 * A node of one's own on this machine: the network, processes, /run, /var/log and bpffs belong to one command
 * and end with it. Whatever it leaves behind can so be counted, and is gone afterwards all the same.
 */

import { print } from "./cli.ts";
import { programs } from "./programs.ts";
import { orInterruption } from "./interruption.ts";
import { ownGroup, RigError } from "./run.ts";

const OWN = "--mount --propagation private --net --pid --fork --kill-child --mount-proc".split(" ");
const COMMANDS = `
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs tmpfs /run
mkdir -m 1777 /run/tmp
mount -t tmpfs tmpfs /var/log
ip link set lo up
exec "$@"`;
const PREPARE: readonly string[] = ["sh", "-euc", COMMANDS, "sh"];

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Where temporary files of that command belong: an empty directory. */
export const OWN_TEMP = "/run/tmp";

/** A script that runs on a node of its own. */
export interface OwnNode {
  /** What runs there, for the error. */
  readonly name: string;
  /** The path of a script; its only argument is the request as JSON, and it prints its result as JSON. */
  readonly script: string;
  readonly request: unknown;
  /** Prepares the node, and runs the command behind it. */
  readonly prepare?: readonly string[];
}

/**
 * Makes a node, runs a script on it, and removes all of it.
 *
 * @param node what to run
 * @returns what the script printed
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if the script fails
 */
export async function runOnOwnNode<T>({ name, script, request, prepare = PREPARE }: OwnNode): Promise<T> {
  await programs(); // compiled here, where there is a compiler for certain
  const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all", `--config=${CONFIG}`];
  const child = new Deno.Command("unshare", {
    args: [...OWN, ...prepare, ...deno, script, JSON.stringify(request)],
    ...ownGroup,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const { code, stdout } = await orInterruption(child.output());
    if (code !== 0) throw new RigError(`Failed to run ${name}: exit ${code}`);
    return JSON.parse(new TextDecoder().decode(stdout)) as T;
  } finally {
    end(child);
    await child.status;
  }
}

/**
 * The other end of {@linkcode runOnOwnNode}: reads the request, and prints what came of it.
 *
 * @param play what the script does
 */
export async function answerOnOwnNode<Q, R>(play: (request: Q) => Promise<R>): Promise<never> {
  Deno.env.set("TMPDIR", OWN_TEMP);
  const [request = "{}"] = Deno.args;
  print(JSON.stringify(await play(JSON.parse(request) as Q)));
  Deno.exit(0); // pods that are left would keep this process waiting; the node ends with it
}

/** With the node's first process everything on the node ends. */
function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) { // it has ended by itself
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
