/** From rounds of measurements to the figures of one row. */
import { type ElephantFigures, UDP_PAYLOAD } from "../../../tests/rig/elephant.ts";
import { RigError } from "../../../tests/rig/run.ts";
import type { DirectionFigures, Measurement } from "../../../tests/rig/scenario.ts";
import { percentile, summarize, type Summary } from "../../../tests/rig/stats.ts";

/** One direction over all rounds, in % of the cap. */
export interface DirectionSummary {
  readonly percent: Summary;
  readonly worstSecondPercent: Summary;
}

/** A row: medians over the rounds with their spread. Latencies in milliseconds. */
export interface RowFigures {
  readonly ingress: DirectionSummary;
  readonly egress: DirectionSummary;
  readonly p50: Summary;
  readonly p99: Summary;
  readonly max: Summary;
  /** p99 of the requests that were due from the second counted second on. */
  readonly lateP99: Summary;
  /** Requests answered per second. */
  readonly perSecond: Summary;
  /**
   * What TCP elephants got of all that elephants got, in % of wire bytes, in the worse direction; null: no
   * UDP beside TCP.
   */
  readonly tcpShare: Summary | null;
  /** Requests counted in all rounds. */
  readonly samples: number;
  /** Those that failed or timed out. */
  readonly bad: number;
  /** How many failed of what. */
  readonly errors: Readonly<Record<string, number>>;
  /** How late the load itself ever was, in milliseconds. */
  readonly maxStartDelay: number;
  /** Elephants that reported nothing: their transfer could not even be set up. */
  readonly silentElephants: number;
}

const FRAME_HEADERS = 42; // Ethernet, IPv4, UDP
const TCP_WIRE = 1514 / 1448; // full segments with timestamps
const UDP_WIRE = (UDP_PAYLOAD + FRAME_HEADERS) / UDP_PAYLOAD;

/**
 * Sums rounds up.
 *
 * @param name of the row, for the error
 * @param rounds at least one
 * @param seconds counted in each
 * @returns the row's figures
 * @throws {RigError} if a round counted no request
 */
export function summarizeRow(name: string, rounds: readonly Measurement[], seconds: number): RowFigures {
  const requests = rounds.map(({ requests }) => {
    if (!requests || requests.p50 === null || requests.p99 === null || requests.max === null) {
      throw new RigError(`Failed to sum up "${name}": a round counted no request`);
    }
    return { ...requests, p50: requests.p50, p99: requests.p99, max: requests.max };
  });
  const shares = rounds.map(({ elephants }) => shareOfTcp(elephants)).filter((share) => share !== null);
  return {
    ingress: summarizeDirection(rounds.map(({ ingress }) => ingress)),
    egress: summarizeDirection(rounds.map(({ egress }) => egress)),
    p50: summarize(requests.map(({ p50 }) => p50)),
    p99: summarize(requests.map(({ p99 }) => p99)),
    max: summarize(requests.map(({ max }) => max)),
    lateP99: summarize(requests.map(({ samples, due, p99 }) => {
      const late = samples.filter((_, i) => due[i]! >= 1);
      return late.length > 0 ? percentile(late, 0.99) : p99;
    })),
    perSecond: summarize(requests.map(({ count, bad }) => (count - bad) / seconds)),
    tcpShare: shares.length > 0 ? summarize(shares) : null,
    samples: requests.reduce((total, { count }) => total + count, 0),
    bad: requests.reduce((total, { bad }) => total + bad, 0),
    errors: sumUp(requests.map(({ errors }) => errors)),
    maxStartDelay: Math.max(...requests.map(({ maxStartDelay }) => maxStartDelay)),
    silentElephants: rounds.reduce(
      (total, { elephants }) => total + elephants.filter(({ goodput }) => goodput === null).length,
      0,
    ),
  };
}

/**
 * What TCP elephants got beside UDP, in % of the wire bytes that all elephants of a direction got.
 *
 * @param elephants what each said of itself
 * @returns the worse direction's share; null where there is only one kind
 */
export function shareOfTcp(elephants: readonly ElephantFigures[]): number | null {
  const shares = (["ingress", "egress"] as const).map((direction) => {
    const wire = (protocol: "tcp" | "udp"): number =>
      elephants.filter((one) => one.direction === direction && one.protocol === protocol)
        .reduce((sum, { goodput }) => sum + (goodput ?? 0) * (protocol === "tcp" ? TCP_WIRE : UDP_WIRE), 0);
    return { tcp: wire("tcp"), all: wire("tcp") + wire("udp") };
  });
  const kinds = new Set(elephants.map(({ protocol }) => protocol));
  if (kinds.size < 2) return null;
  return Math.min(...shares.map(({ tcp, all }) => all > 0 ? tcp / all * 100 : 0));
}

function sumUp(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap(Object.entries)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function summarizeDirection(rounds: readonly DirectionFigures[]): DirectionSummary {
  return {
    percent: summarize(rounds.map(({ percent }) => percent)),
    worstSecondPercent: summarize(rounds.map(({ worstSecondPercent }) => worstSecondPercent)),
  };
}

/** The busiest second in the worse direction, % of the cap. */
export function busiestSecond({ ingress, egress }: Pick<RowFigures, "ingress" | "egress">): number {
  return Math.max(ingress.worstSecondPercent.median, egress.worstSecondPercent.median);
}
