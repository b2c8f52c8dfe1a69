import { VmError, type VmErrorKind } from "./error.ts";

/** The Debian package that holds each host program the runner starts; all but zstd are in a bare Debian. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  "apt-cache": "apt",
  "apt-config": "apt",
  "apt-get": "apt",
  "bash": "bash",
  "cp": "coreutils",
  "debugfs": "e2fsprogs",
  "dpkg": "dpkg",
  "du": "coreutils",
  "mke2fs": "e2fsprogs",
  "setpriv": "util-linux",
  "tar": "tar",
  "xz": "xz-utils",
  "zstd": "zstd",
};

/** Directories searched after $PATH: a user's $PATH lacks the ones that hold mke2fs and debugfs. */
const SYSTEM_DIRECTORIES = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** How `run()` starts a program. */
export interface RunOptions {
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory. */
  readonly cwd?: string;
  /** Kind of the error when the program fails; `build` by default. */
  readonly kind?: VmErrorKind;
}

/**
 * Finds a program in $PATH and the system's directories.
 *
 * @param program file name without a directory
 * @returns its absolute path, or undefined
 */
export function findProgram(program: string): string | undefined {
  const directories = (Deno.env.get("PATH") ?? "").split(":").filter((d) => d.startsWith("/"));
  for (const directory of [...directories, ...SYSTEM_DIRECTORIES]) {
    const path = `${directory}/${program}`;
    if (isExecutable(path)) return path;
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    const info = Deno.statSync(path);
    return info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

/**
 * Finds a program that must be there.
 *
 * @param program file name without a directory
 * @returns its absolute path
 * @throws {VmError} of kind `host` that names the package to install
 */
export function requireProgram(program: string): string {
  const path = findProgram(program);
  if (path !== undefined) return path;
  const source = PACKAGE_OF[program];
  const hint = source === undefined ? "" : `: install the Debian package "${source}"`;
  throw new VmError("host", `Cannot find the program "${program}"${hint}`);
}

/**
 * A command that the kernel kills when its parent dies, so that a killed runner leaves no process behind.
 *
 * @param program absolute path
 * @param args its arguments
 * @param options as for `Deno.Command`
 * @returns the command, not yet started; its pid is the program's own
 */
export function boundCommand(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions,
): Deno.Command {
  return new Deno.Command(requireProgram("setpriv"), {
    ...options,
    args: ["--pdeathsig", "KILL", "--", program, ...args],
  });
}

/**
 * Runs a host program to its end.
 *
 * @param program absolute path, or a name to look up
 * @param args its arguments
 * @param options environment, directory and kind of error
 * @returns what it wrote to standard output
 * @throws {VmError} if it is missing or fails, with the end of what it said
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const command = boundCommand(program.startsWith("/") ? program : requireProgram(program), args, {
    env: { LC_ALL: "C", ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    const said = decoder.decode(stderr).trim() || decoder.decode(stdout).trim();
    throw new VmError(
      options.kind ?? "build",
      `Failed to run "${program} ${args.join(" ")}" (exit ${code}): ${said.slice(-2000)}`,
    );
  }
  return decoder.decode(stdout);
}
