/** Where the benchmarks keep what they need, and who they compare. */
import { type Peer, prepareBandwidthPlugin } from "./bandwidth.ts";
import { RigError } from "./run.ts";

/**
 * The executable under test.
 *
 * @param path as it was given
 * @returns its absolute path
 * @throws {RigError} if it is not there
 */
export async function findNatra(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    throw new RigError(`Failed to find natra's executable "${path}": build it with "deno task build"`, {
      cause,
    });
  }
}

/**
 * The bandwidth plugin, built into the project's cache.
 *
 * @param burst bits that may go out at once; default: 20 ms of the rate
 * @returns it, or why there is none
 */
export function findPeer(burst?: number): Promise<Peer> {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.cache`;
  return prepareBandwidthPlugin(Deno.env.get("NATRA_CACHE") ?? `${base}/natra`, burst);
}

/** What the figures were measured on. */
export interface Machine {
  readonly kernel: string;
  readonly arch: string;
  readonly cpus: number;
  readonly processor: string;
  /** Load average of the last minute when this was asked: what else the machine was doing. */
  readonly load: number;
  /** Whether its time is virtual: then what it does besides does not count. */
  readonly virtual: boolean;
}

/** @returns this machine, as far as figures depend on it */
export function describeMachine(): Machine {
  const processor = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? "unknown";
  const [load = 0] = Deno.loadavg();
  return {
    kernel: Deno.osRelease(),
    arch: Deno.build.arch,
    cpus: navigator.hardwareConcurrency,
    processor,
    load,
    virtual: false,
  };
}

/**
 * Writes a machine as a line.
 *
 * @param machine which
 * @returns such as "kernel 6.12.57, 4 CPUs (some processor), load 0.31"
 */
export function machineLine({ kernel, cpus, processor, load, virtual }: Machine): string {
  return `kernel ${kernel}, ${cpus} ${cpus === 1 ? "CPU" : "CPUs"} (${processor})${
    virtual ? "" : `, load ${load.toFixed(2)}`
  }`;
}
