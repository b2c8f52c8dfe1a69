import type { Tool, Words } from "../subcommand.ts";
import { type CommandOption, HELP } from "../options.ts";

/** A subcommand as completion needs it. */
export interface Described {
  readonly name: string;
  readonly summary: string;
  /** Including `--help`. */
  readonly options: readonly CommandOption[];
  readonly words: Words | undefined;
}

/** Every subcommand, from the list that dispatch and help use. */
export async function describeCommands({ commands }: Tool): Promise<Described[]> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => {
      const { command } = await load();
      return { name, summary, options: [...command.options, HELP], words: command.words };
    }),
  );
}

/** Quotes any text as one word of a shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Names of an option on the command line: `-o`, `--output`. */
export function namesOf({ name, short }: CommandOption): string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
}
