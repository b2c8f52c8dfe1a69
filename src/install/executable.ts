import { describeError } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import { putFile } from "./directory.ts";
import { InstallError } from "./error.ts";

/** Every user can run it, only root can write to it, and it is not set-user-ID. */
const MODE = 0o755;
const CHUNK = 1024 * 1024;
/** How long it may take to print its version. */
const PATIENCE_MS = 30_000;

/**
 * Copies the executable to where the runtime looks for plugins, writable by root only, unless the same file
 * is there. If it is installed for another type already, the new file is a hard link to that one: removing
 * one name keeps the other.
 *
 * @param source Path of the executable to copy.
 * @param type The plugin's type, which becomes its name.
 * @param types Types of all plugins that the executable can be.
 * @returns Whether something was written.
 * @throws {InstallError} If the file system refuses.
 */
export function putExecutable(
  source: string,
  directory: string,
  type: string,
  types: readonly string[],
): boolean {
  if (isSame(source, `${directory}/${type}`)) return false;
  const twin = types.filter((other) => other !== type).map((other) => `${directory}/${other}`)
    .find((path) => isSame(source, path));
  try {
    putFile(directory, type, (draft) => {
      if (twin !== undefined) return Deno.linkSync(twin, draft);
      Deno.copyFileSync(source, draft);
      Deno.chownSync(draft, 0, 0);
      Deno.chmodSync(draft, MODE);
    });
  } catch (error) {
    throw new InstallError(`Cannot copy ${quote(source)} to ${quote(directory)}: ${describeError(error)}`, {
      cause: error,
    });
  }
  return true;
}

/** Whether both have the same content, and the installed one has the right owner and permissions. */
function isSame(source: string, installed: string): boolean {
  try {
    const { isFile, uid, mode, size } = Deno.lstatSync(installed);
    if (!isFile || uid !== 0 || ((mode ?? 0) & 0o7777) !== MODE) return false;
    return size === Deno.statSync(source).size && hasSameBytes(source, installed);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Compares chunks: the executable is larger than the memory that the agent may use. */
function hasSameBytes(one: string, other: string): boolean {
  using left = Deno.openSync(one);
  using right = Deno.openSync(other);
  const [a, b] = [new Uint8Array(CHUNK), new Uint8Array(CHUNK)];
  for (;;) {
    const [read, compared] = [fill(left, a), fill(right, b)];
    if (read !== compared) return false;
    if (read === 0) return true;
    for (let at = 0; at < read; at++) if (a[at] !== b[at]) return false;
  }
}

function fill(file: Deno.FsFile, buffer: Uint8Array): number {
  let length = 0;
  for (let read: number | null = 0; read !== null && length < buffer.length; length += read ?? 0) {
    read = file.readSync(buffer.subarray(length));
  }
  return length;
}

/**
 * Checks that the installed executable runs on this node, and is the expected version.
 *
 * @param path The installed executable.
 * @param version What `version -o json` must print, at least.
 * @throws {InstallError} If it does not; the message has what it printed instead.
 */
export async function checkExecutable(
  path: string,
  version: Readonly<Record<string, unknown>>,
): Promise<void> {
  const refuse = (why: string): never => {
    throw new InstallError(`Cannot use the installed ${quote(path)}: ${why}`);
  };
  const { success, code, stdout, stderr } = await versionOf(path).catch((error: unknown) =>
    refuse(`it does not start: ${describeError(error)}`)
  );
  if (!success) refuse(`it exits with ${code}, and prints ${quote(stderr.trim(), 300)}`);
  const printed = parse(stdout);
  const wrong = Object.entries(version).find(([key, value]) => printed[key] !== value);
  if (wrong === undefined) return;
  refuse(`its ${wrong[0]} is not ${quote(String(wrong[1]))}: it prints ${quote(stdout.trim(), 300)}`);
}

/**
 * The version of an executable that is installed.
 *
 * @returns What `version -o json` prints; null if the executable is missing or does not run.
 */
export async function installedVersion(path: string): Promise<string | null> {
  try {
    const { success, stdout } = await versionOf(path);
    return success && typeof parse(stdout).version === "string" ? stdout.trim() : null;
  } catch {
    return null;
  }
}

/** Runs it without our environment: with CNI_COMMAND it would act as a plugin. */
async function versionOf(
  path: string,
): Promise<{ success: boolean; code: number; stdout: string; stderr: string }> {
  const command = new Deno.Command(path, {
    args: ["version", "-o", "json"],
    clearEnv: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { success, code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { success, code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}
