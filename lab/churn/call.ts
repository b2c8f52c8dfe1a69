/** One call of natra as a runtime makes it, perhaps killed before its end. */

/** How a call ended. */
export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the SIGKILL came before the end. */
  readonly killed: boolean;
  /** From before the fork until it was reaped, in milliseconds. */
  readonly ms: number;
}

/**
 * Calls natra.
 *
 * @param natra path of the executable
 * @param env its whole environment
 * @param stdin its configuration
 * @param killAfter milliseconds after which it gets a SIGKILL; null: never
 * @returns how it ended
 */
export async function callNatra(
  natra: string,
  env: Readonly<Record<string, string>>,
  stdin: string,
  killAfter: number | null,
): Promise<Called> {
  const start = performance.now();
  const child = new Deno.Command(natra, {
    env: { ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const killer = killAfter === null ? undefined : setTimeout(() => kill(child), killAfter);
  // One that is killed does not read to the end: our broken pipe says nothing.
  const fed = new Blob([stdin]).stream().pipeTo(child.stdin).catch(() => {});
  const [{ code, signal, stdout, stderr }] = await Promise.all([child.output(), fed]);
  const ms = performance.now() - start;
  clearTimeout(killer);
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr), killed: signal === "SIGKILL", ms };
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) { // it has ended by itself
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}
