import { describeError } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { commandHelp, overview } from "./help.ts";
import { readOptions } from "./options.ts";
import { print, UsageError } from "./output.ts";
import type { Tool } from "./subcommand.ts";

/**
 * Runs a tool.
 *
 * @param args The command line after its name.
 * @returns The exit code: 0 success, 1 problem found, 2 wrong usage.
 */
export async function runCommand(args: readonly string[], tool: Tool): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "-h" || name === "--help" || name === "help") {
    print(overview(tool));
    return args.length === 0 ? 2 : 0;
  }
  try {
    return await runNamed(name, rest, tool);
  } catch (error) {
    const text = `${tool.name}: ${describeError(error)}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(text));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runNamed(name: string, args: readonly string[], tool: Tool): Promise<number> {
  const entry = Object.hasOwn(tool.commands, name) ? tool.commands[name] : undefined;
  if (entry === undefined) {
    throw new UsageError(`Unknown command ${quote(name)}: ${tool.name} --help lists them`);
  }
  const { command } = await entry.load();
  const options = readOptions(args, command.options);
  if (options.flag("help")) {
    print(commandHelp(tool.name, name, command));
    return 0;
  }
  const surplus = options.words[command.words?.max ?? 0];
  if (surplus !== undefined) throw new UsageError(`${tool.name} ${name} does not take ${quote(surplus)}`);
  return await command.run(options, tool);
}
