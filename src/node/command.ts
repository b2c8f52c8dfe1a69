import { describeError } from "../log/describe.ts";
import { debug } from "./debug.ts";
import { print, UsageError } from "./output.ts";
import { reconcileNode } from "./reconcile.ts";
import { status } from "./status.ts";
import { version } from "./version.ts";

const HELP = `natra: holds pods to their bandwidth annotations, and keeps their small flows quick

Usage: natra <command> [options]

Commands:
  status     who is limited on this node, by what, and what was counted
  reconcile  remove what pods that are gone, or calls that were killed, left behind
  debug      walk ADD, CHECK or DEL by hand, and see each choice with its reason
  version    the version, the commit, and the libraries inside

Options:
  -h, --help   this text; after a command, that command's

As a CNI plugin natra is called by the container runtime, with CNI_COMMAND set.
Exit codes: 0 fine, 1 found trouble, 2 wrong usage.`;

/** A subcommand: returns its exit code. @throws {UsageError} If the command line is wrong. */
type Command = (args: readonly string[]) => number | Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = { status, debug, reconcile: reconcileNode, version };

/**
 * Runs the node's tool.
 *
 * @param args The command line behind `natra`.
 * @returns The exit code: 0 fine, 1 found trouble, 2 wrong usage.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "-h" || name === "--help" || name === "help") {
    print(HELP);
    return args.length === 0 ? 2 : 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      throw new UsageError(`Unknown command ${JSON.stringify(name)}: natra --help lists them`);
    }
    return await command(rest);
  } catch (error) {
    const text = `natra: ${describeError(error)}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    return error instanceof UsageError ? 2 : 1;
  }
}
