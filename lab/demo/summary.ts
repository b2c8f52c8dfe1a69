/** From rounds of measurements to the figures of one row. */
import { RigError } from "../../tests/rig/run.ts";
import type { DirectionFigures, Measurement } from "../../tests/rig/scenario.ts";
import { summarize, type Summary } from "../../tests/rig/stats.ts";
import type { Row } from "./rows.ts";

/** One direction over all rounds. */
export interface DirectionSummary {
  /** Bits per second. */
  readonly rate: Summary;
  /** % of the cap. */
  readonly percent: Summary;
  /** Busiest second, in % of the cap. */
  readonly worstSecondPercent: Summary;
}

/** A measured row. Latencies in milliseconds; each round gives one value. */
export interface RowSummary {
  readonly row: Row;
  readonly skipped: null;
  readonly ingress: DirectionSummary;
  readonly egress: DirectionSummary;
  readonly p50: Summary;
  readonly p99: Summary;
  readonly max: Summary;
  /** Small requests made in all rounds. */
  readonly requests: number;
  /** Those that failed or timed out. */
  readonly bad: number;
}

/** A row that could not be measured. */
export interface SkippedRow {
  readonly row: Row;
  /** Why. */
  readonly skipped: string;
}

/** A row of the result. */
export type RowResult = RowSummary | SkippedRow;

/**
 * Sums up a row.
 *
 * @param row which
 * @param rounds its measurements, at least one, all with small requests
 * @returns medians with their spread
 */
export function summarizeRow(row: Row, rounds: readonly Measurement[]): RowSummary {
  const requests = rounds.map(({ requests }) => {
    if (!requests || requests.p50 === null || requests.p99 === null || requests.max === null) {
      throw new RigError(`Failed to sum up "${row.name}": a round counted no request`);
    }
    return { ...requests, p50: requests.p50, p99: requests.p99, max: requests.max };
  });
  return {
    row,
    skipped: null,
    ingress: summarizeDirection(rounds.map(({ ingress }) => ingress)),
    egress: summarizeDirection(rounds.map(({ egress }) => egress)),
    p50: summarize(requests.map(({ p50 }) => p50)),
    p99: summarize(requests.map(({ p99 }) => p99)),
    max: summarize(requests.map(({ max }) => max)),
    requests: requests.reduce((total, { count }) => total + count, 0),
    bad: requests.reduce((total, { bad }) => total + bad, 0),
  };
}

function summarizeDirection(rounds: readonly DirectionFigures[]): DirectionSummary {
  return {
    rate: summarize(rounds.map(({ rate }) => rate)),
    percent: summarize(rounds.map(({ percent }) => percent)),
    worstSecondPercent: summarize(rounds.map(({ worstSecondPercent }) => worstSecondPercent)),
  };
}
