/** What iperf3 says at both ends of a transfer. */
import type { ElephantFigures, ElephantSpec } from "./elephant.ts";

interface Report {
  readonly intervals?: readonly {
    readonly sum: { readonly start: number; readonly seconds: number; readonly bytes: number };
  }[];
  readonly end?: {
    readonly sender_tcp_congestion?: string;
    readonly sum_sent?: { readonly retransmits?: number };
  };
}

/**
 * Reads what both ends of a transfer reported.
 *
 * @param spec the transfer
 * @param warmup seconds at its start to leave out
 * @param sent the sender's report
 * @param received the receiver's report
 * @returns the figures; what a broken-off report does not say is null
 */
export function readReports(
  spec: ElephantSpec,
  warmup: number,
  sent: string,
  received: string,
): ElephantFigures {
  const sender = readReport(sent);
  const counted = (readReport(received).intervals ?? []).map(({ sum }) => sum).filter(({ start }) =>
    start >= warmup
  );
  const seconds = counted.reduce((total, interval) => total + interval.seconds, 0);
  const bytes = counted.reduce((total, interval) => total + interval.bytes, 0);
  return {
    direction: spec.direction,
    protocol: spec.protocol ?? "tcp",
    congestionControl: sender.end?.sender_tcp_congestion ?? null,
    goodput: seconds > 0 ? bytes * 8 / seconds : null,
    retransmits: sender.end?.sum_sent?.retransmits ?? null,
  };
}

function readReport(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}
