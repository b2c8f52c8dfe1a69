/** Small requests from the client to the pod: see requests/main.c. */
import type { Child } from "./child.ts";
import type { Pod } from "./pod.ts";
import { RigError } from "./run.ts";
import type { Tools } from "./tools.ts";

/** What all loads have in common. */
interface AnyLoad {
  /** Bytes of each request and of each answer, without headers. */
  readonly bytes: number;
  /** Default: 4. */
  readonly ipVersion?: 4 | 6;
  /** After how many seconds a request is bad; default: 10. */
  readonly timeout?: number;
}

/** Requests on a schedule, whatever becomes of them. */
export interface ScheduledLoad extends AnyLoad {
  /** Requests a second; several rates share the counted seconds equally, and the first is the warm-up's. */
  readonly perSecond: number | readonly number[];
  /** Seed of the Poisson process: the same seed, the same schedule. */
  readonly seed: number;
  /** Connections that live on and carry all requests; default: a fresh connection for each. */
  readonly keepAlive?: number;
}

/** A closed loop: clients that ask again as soon as they are answered, on fresh connections. */
export interface ClosedLoad extends AnyLoad {
  readonly clients: number;
}

/** A load of requests. */
export type RequestLoad = ScheduledLoad | ClosedLoad;

/** What `requests load` printed. Latencies in milliseconds; null if no request was counted. */
export interface RequestFigures {
  readonly count: number;
  /** How many failed or timed out; they count with the whole timeout. */
  readonly bad: number;
  /** How many failed of what. */
  readonly errors: Readonly<Record<string, number>>;
  /** How late the load itself ever was, in milliseconds: large on a machine that is too busy to measure. */
  readonly maxStartDelay: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Every latency; of scheduled requests in the order of the schedule. */
  readonly samples: readonly number[];
  /** When each of these was due, in seconds after the warm-up. */
  readonly due: readonly number[];
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
    ...("clients" in load ? ["--clients", `${load.clients}`] : scheduleOf(load)),
    ...[
      "--bytes",
      `${load.bytes}`,
      "--warmup",
      `${warmup}`,
      "--seconds",
      `${seconds}`,
      "--timeout",
      `${load.timeout ?? 10}`,
    ],
    ...["--congestion", pod.congestionControl],
  ]);
}

function scheduleOf({ perSecond, seed, keepAlive }: ScheduledLoad): string[] {
  const rates = typeof perSecond === "number" ? [perSecond] : perSecond;
  return [
    ...["--rate", rates.join(","), "--seed", `${seed}`],
    ...(keepAlive === undefined ? [] : ["--keep-alive", `${keepAlive}`]),
  ];
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
