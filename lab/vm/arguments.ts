import { parseArgs } from "@std/cli/parse-args";
import { VmError } from "./error.ts";
import { KERNELS } from "./kernels.ts";
import type { VmRequest } from "./vm.ts";

/** How the command line is used. */
export const USAGE =
  `Usage: deno task vm [-m MB] [-c CPUS] [--icount SHIFT] [-t SECONDS] [-o OUTDIR] KERNEL [FILE…] -- COMMAND…

  KERNEL          ${KERNELS.map((k) => k.name).join(", ")}
  FILE            copied to /w in the guest; of DIR/ the contents
  COMMAND         joined with blanks and run by bash as root in /w
  -m MB           memory (1024)
  -c CPUS         processors (1)
  --icount SHIFT  virtual time, 2^SHIFT ns for each instruction; 1 is the one to take
  -t SECONDS      end the machine after that many seconds of real time (600)
  -o OUTDIR       copy the guest's /w/out to OUTDIR afterwards

Exit code: the command's; 124 after a timeout; 125 if the machine could not be run`;

/** The options that are numbers: where each goes, and what it may be. */
const NUMBERS = [
  { option: "m", field: "memory", least: 64, most: 65536 },
  { option: "c", field: "cpus", least: 1, most: 64 },
  { option: "icount", field: "icount", least: 0, most: 10 },
  { option: "t", field: "timeout", least: 1, most: 86400 },
] as const;

/**
 * Reads the command line.
 *
 * @param args what was given
 * @returns what to run
 * @throws {VmError} of kind `usage` that quotes what cannot be understood
 */
export function parseRequest(args: readonly string[]): VmRequest {
  const options: Record<string, unknown> = parseArgs([...args], {
    string: ["_", "o", ...NUMBERS.map((n) => n.option)],
    "--": true,
    unknown: (argument: string, key?: string): boolean => {
      if (key !== undefined) throw new VmError("usage", `Cannot understand the option "${argument}"`);
      return true;
    },
  });
  const [kernel, ...files] = strings(options["_"]);
  const command = strings(options["--"]).join(" ");
  if (kernel === undefined) throw new VmError("usage", "Cannot run a machine: no kernel is given");
  if (command === "") throw new VmError("usage", 'Cannot run a machine: no command is given after "--"');
  const numbers: { -readonly [Field in (typeof NUMBERS)[number]["field"]]?: number } = {};
  for (const { option, field, least, most } of NUMBERS) {
    const value = options[option];
    if (value !== undefined) numbers[field] = parseNumber(option, value, least, most);
  }
  const outDir = options["o"];
  if (outDir === undefined) return { kernel, files, command, ...numbers };
  if (typeof outDir !== "string" || outDir === "") {
    throw new VmError("usage", `Cannot use "${outDir}" for "-o": it takes one directory`);
  }
  return { kernel, files, command, ...numbers, outDir };
}

function parseNumber(option: string, value: unknown, least: number, most: number): number {
  const number = typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  const dashes = option.length === 1 ? "-" : "--";
  throw new VmError("usage", `Cannot use "${value}" for "${dashes}${option}": it takes ${least} to ${most}`);
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
