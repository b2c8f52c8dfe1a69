import {
  type Option,
  type Program,
  readArguments,
  text,
  UsageError,
  wholeNumber,
} from "../../tests/rig/options.ts";
import { KERNELS } from "./kernels.ts";
import type { VmRequest } from "./vm.ts";

type Number = Option<number | null>;

const OPTIONS: {
  readonly memory: Number;
  readonly cpus: Number;
  readonly icount: Number;
  readonly timeout: Number;
  readonly out: Option<string | null>;
} = {
  memory: wholeNumber({
    ...{ value: "MB", short: "m", about: "memory", min: 64, max: 65_536 },
    ...{ default: null, otherwise: "1024" },
  }),
  cpus: wholeNumber({ short: "c", about: "processors", min: 1, max: 64, default: null, otherwise: "1" }),
  icount: wholeNumber({
    ...{ value: "SHIFT", about: "virtual time, 2^SHIFT ns for each instruction; 1 is the one to take" },
    ...{ min: 0, max: 10, default: null },
  }),
  timeout: wholeNumber({
    ...{ value: "SECONDS", short: "t", about: "end the machine after that many seconds of real time" },
    ...{ min: 1, max: 86_400, default: null, otherwise: "600" },
  }),
  out: {
    ...text({ value: "DIR", about: "copy the guest's /w/out to DIR afterwards", default: null }),
    short: "o",
  },
};

/** `deno task vm`. */
export const VM: Program<typeof OPTIONS> = {
  command: "deno task vm",
  about: "Runs a command in a throw-away virtual machine with a chosen kernel.",
  options: OPTIONS,
  words: {
    name: "KERNEL [FILE…]",
    about: `${
      KERNELS.map(({ name }) => name).join(", ")
    }; files are copied to /w in the guest, of DIR/ the contents`,
  },
  rest: "COMMAND…",
  notes: `COMMAND is joined with blanks and run by bash as root in /w.
Exit code: the command's; 124 after a timeout; 125 if the machine could not be run.`,
};

/**
 * Reads the command line.
 *
 * @param args what was given
 * @returns what to run; null: help was asked for
 * @throws {UsageError} that quotes what cannot be understood
 */
export function parseRequest(args: readonly string[]): VmRequest | null {
  const given = readArguments(VM, args);
  if (given === null) return null;
  const { options: { memory, cpus, icount, timeout, out }, words: [kernel, ...files], rest } = given;
  const command = rest.join(" ");
  if (kernel === undefined) throw new UsageError("Cannot run a machine: no kernel is given");
  if (command === "") throw new UsageError('Cannot run a machine: no command is given after "--"');
  return {
    ...{ kernel, files, command },
    ...(memory === null ? {} : { memory }),
    ...(cpus === null ? {} : { cpus }),
    ...(icount === null ? {} : { icount }),
    ...(timeout === null ? {} : { timeout }),
    ...(out === null ? {} : { outDir: out }),
  };
}
