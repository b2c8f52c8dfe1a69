/** `natra agent`, as the DaemonSet runs it, and what it says. */
import { Daemon } from "../rig/clients/daemon.ts";
import { pause } from "../rig/interruption.ts";
import { RigError } from "../rig/run.ts";

const ADDRESS = "127.0.0.1:9631";
const PATIENCE_MS = 30_000;

/** A line of its log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A running agent. Disposing of it kills it. */
export class Agent implements AsyncDisposable {
  private constructor(readonly daemon: Daemon) {}

  /**
   * Starts one, and waits until it is ready.
   *
   * @param natra its executable
   * @param args behind `natra agent`
   * @param env beside PATH
   */
  static async start(
    natra: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Agent> {
    const log = `/var/log/agent-${crypto.randomUUID()}.log`;
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const argv = [
      "env",
      "-i",
      ...variables,
      natra,
      "agent",
      `--listen=${ADDRESS}`,
      "--log-level=debug",
      ...args,
    ];
    return new Agent(await Daemon.start(argv, log, isReady));
  }

  /** What it has logged so far. */
  async log(): Promise<LogLine[]> {
    const text = await Deno.readTextFile(this.daemon.log);
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as LogLine);
  }

  /** Waits for a line. @throws {RigError} with the end of its log, if it does not come */
  async said(message: string, from = 0): Promise<LogLine> {
    return await until(`hear the agent say "${message}"`, async () => {
      return (await this.log()).slice(from).find(({ msg }) => msg === message) ?? null;
    }, this);
  }

  /** Bytes that it has in memory now, and the most it ever had. */
  async memory(): Promise<{ readonly now: number; readonly most: number }> {
    const status = await Deno.readTextFile(`/proc/${this.daemon.pid}/status`);
    const bytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+([0-9]+) kB$`, "m").exec(status)?.[1]) * 1024;
    return { now: bytes("VmRSS"), most: bytes("VmHWM") };
  }

  /** Seconds of a processor that it has used. */
  async processorSeconds(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.daemon.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Tells it to stop. @returns what is wrong with how it does; null: it ends with 0, and all of it by itself */
  async stop(): Promise<string | null> {
    this.daemon.process.kill("SIGTERM");
    const { code } = await this.daemon.process.status;
    if (code !== 0) return `SIGTERM ends it with ${code}`;
    const last = (await this.log()).at(-2)?.msg;
    return last === "tasks did not end in time" ? last : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
  }
}

/** Waits until something is there. @throws {RigError} if it takes too long */
export async function until<T>(what: string, look: () => Promise<T | null>, agent?: Agent): Promise<T> {
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS;) {
    const found = await look();
    if (found !== null) return found;
    await pause(100);
  }
  const log = agent === undefined
    ? ""
    : `; its log ends: ${(await agent.log()).slice(-8).map((l) => JSON.stringify(l)).join("\n")}`;
  throw new RigError(`Failed to ${what}${log}`);
}

async function isReady(): Promise<boolean> {
  try {
    const response = await fetch(`http://${ADDRESS}/readyz`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // it does not listen yet
  }
}
