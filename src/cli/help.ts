import type { Command, Tool } from "./subcommand.ts";
import { type CommandOption, HELP } from "./options.ts";

/** A list of names and their meanings, in two columns. */
function twoColumns(rows: readonly (readonly [name: string, about: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const indent = " ".repeat(width + 2);
  return rows.map(([name, about]) => `  ${name.padEnd(width)}${about.replaceAll("\n", `\n${indent}`)}`).join(
    "\n",
  );
}

function nameOf({ name, short, value }: CommandOption): string {
  return `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` ${value}`}`;
}

/** What `TOOL --help` shows. */
export function overview({ name, summary, commands }: Tool): string {
  return `${name}: ${summary}

Usage: ${name} <command> [options]

Commands:
${twoColumns(Object.entries(commands).map(([name, { summary }]) => [name, summary]))}

Options:
  -h, --help   this text; after a command, the help of that command

The container runtime calls it as a CNI plugin, with CNI_COMMAND set.
Exit codes: 0 success, 1 problem found, 2 wrong usage.`;
}

/** What `TOOL NAME --help` shows. */
export function commandHelp(tool: string, name: string, { usage, about, options, notes }: Command): string {
  return [
    `Usage: ${`${tool} ${name} ${usage}`.trim()}`,
    about,
    `Options:\n${twoColumns([...options, HELP].map((option) => [nameOf(option), option.about]))}`,
    ...(notes === undefined ? [] : [notes]),
  ].join("\n\n");
}
