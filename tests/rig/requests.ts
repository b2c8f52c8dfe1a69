/** Small requests from the client to the pod: see requests/main.c. */
import type { Child } from "./child.ts";
import type { Pod } from "./pod.ts";
import { RigError } from "./run.ts";
import type { Tools } from "./tools.ts";

/** A schedule of requests. */
export interface RequestLoad {
  readonly perSecond: number;
  /** Bytes of each request and of each answer, without headers. */
  readonly bytes: number;
  /** Seed of the Poisson process: the same seed, the same schedule. */
  readonly seed: number;
  /** Default: 4. */
  readonly ipVersion?: 4 | 6;
  /** After how many seconds a request is bad; default: 10. */
  readonly timeout?: number;
}

/** What `requests load` printed. Latencies in milliseconds; null if no request was counted. */
export interface RequestFigures {
  readonly count: number;
  /** How many failed or timed out; they count with the whole timeout. */
  readonly bad: number;
  /** How late the load itself ever was, in milliseconds: large on a machine that is too busy to measure. */
  readonly maxStartDelay: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Every latency, in the order of the schedule. */
  readonly samples: readonly number[];
}

const PORT = 8080;

/**
 * Starts the answering side in the pod.
 *
 * @param pod whose pod
 * @param tools where `requests` is
 * @returns the server's owner
 */
export function serveRequests(pod: Pod, tools: Tools): Promise<Child> {
  return pod.pod.startServer([tools.requests, "serve", `${PORT}`, pod.congestionControl], PORT);
}

/**
 * Starts the asking side in the client.
 *
 * @param pod whose client
 * @param tools where `requests` is
 * @param load the schedule
 * @param warmup seconds of requests that are not counted
 * @param seconds seconds of requests that are
 * @returns the load's owner
 */
export function startRequests(
  pod: Pod,
  tools: Tools,
  load: RequestLoad,
  warmup: number,
  seconds: number,
): Child {
  const address = pod.addresses.pod[load.ipVersion === 6 ? "v6" : "v4"];
  return pod.client.start([
    ...[tools.requests, "load", address, `${PORT}`, "--samples"],
    ...["--rate", `${load.perSecond}`, "--bytes", `${load.bytes}`, "--seed", `${load.seed}`],
    ...["--warmup", `${warmup}`, "--seconds", `${seconds}`, "--timeout", `${load.timeout ?? 10}`],
    ...["--congestion", pod.congestionControl],
  ]);
}

/**
 * Waits for a load's end.
 *
 * @param load what {@linkcode startRequests} gave
 * @returns its figures
 * @throws {RigError} if it failed
 */
export async function finishRequests(load: Child): Promise<RequestFigures> {
  const { code, stdout, stderr } = await load.outcome();
  if (code !== 0) throw new RigError(`Failed to make requests: exit ${code}, "${stderr.trim()}"`);
  return JSON.parse(stdout) as RequestFigures;
}
