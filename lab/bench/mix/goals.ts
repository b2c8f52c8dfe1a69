/** What must come of a mix, at the medians of natra's rows. */
import type { Check } from "../check.ts";
import type { RowFigures } from "./figures.ts";

/** The rows that a goal may look at. */
export interface Rows {
  /** The cap, in bits per second. */
  readonly rate: number;
  /** The requests alone, without a limit. */
  readonly base: RowFigures;
  readonly natra: RowFigures;
  /** The bandwidth plugin with a burst of 20 ms; null if it was not measured. */
  readonly peer: RowFigures | null;
}

/** Holds rows against a goal; none where the goal does not apply. */
export type Goal = (rows: Rows) => Check[];

// A value that is no number misses, because it compares as false.
const most = (goal: string, value: number, limit: number, unit: string): Check => ({
  ...{ goal, value, unit, limit: `≤ ${Number(limit.toPrecision(3))}`, met: value <= limit },
});
const least = (goal: string, value: number, limit: number, unit: string): Check => ({
  ...{ goal, value, unit, limit: `≥ ${Number(limit.toPrecision(3))}`, met: value >= limit },
});

const DIRECTIONS = [["to the pod", "ingress"], ["from the pod", "egress"]] as const;

/** The mean in each direction, in % of the cap. */
export function aggregate(from: number, to: number): Goal {
  return ({ natra }) =>
    DIRECTIONS.map(([name, direction]) => {
      const value = natra[direction].percent.median;
      const met = value >= from && value <= to;
      return { goal: `aggregate ${name}`, value, unit: "%", limit: `${from} to ${to}`, met };
    });
}

/** The mean in each direction, in % of the cap, where the load need not fill it. */
export function atMost(percent: number): Goal {
  return ({ natra }) =>
    DIRECTIONS.map(([name, direction]) =>
      most(`aggregate ${name}`, natra[direction].percent.median, percent, "%")
    );
}

/** The busiest second in each direction, in % of the cap. */
export function worstSecond(percent: number): Goal {
  return ({ natra }) =>
    DIRECTIONS.map(([name, direction]) =>
      most(`busiest second ${name}`, natra[direction].worstSecondPercent.median, percent, "%")
    );
}

/** p99 as a multiple of the one without a limit. */
export function p99Ratio(ratio: number): Goal {
  return ({ natra, base }) => [
    most("p99 against no limit", natra.p99.median / base.p99.median, ratio, "×"),
    failures(natra),
  ];
}

/** The same, of requests that are due from the second counted second on. */
export function lateP99Ratio(ratio: number): Goal {
  return ({ natra, base }) => [
    most(
      "p99 against no limit, from the second second on",
      natra.lateP99.median / base.p99.median,
      ratio,
      "×",
    ),
    failures(natra),
  ];
}

/** p99 over the whole run, the elephants' start included, at one cap. */
export function wholeRunP99(ms: number, atRate: number): Goal {
  return ({ natra, rate }) =>
    rate === atRate ? [most("p99 over the whole run", natra.p99.median, ms, "ms")] : [];
}

/** The slowest request as a multiple of the slowest without a limit. */
export function maxRatio(ratio: number): Goal {
  return ({ natra, base }) => [
    most("slowest request against no limit", natra.max.median / base.max.median, ratio, "×"),
  ];
}

/** p99 against the one without a limit and the time that the request's own bytes take at the cap. */
export function p99AboveSize(ratio: number, bytes: number): Goal {
  return ({ natra, base, rate }) => [
    most(
      "p99 against no limit plus size ÷ cap",
      natra.p99.median / (base.p99.median + bytes * 8 / rate * 1000),
      ratio,
      "×",
    ),
    failures(natra),
  ];
}

/** What TCP gets of what the requests leave. */
export function tcpShare(percent: number): Goal {
  return ({ natra }) => [
    least("TCP's share of what the requests leave", natra.tcpShare?.median ?? NaN, percent, "%"),
  ];
}

/** In a closed loop: as many answers as the peer gives, in a part of its p99. */
export function noSlowerThanPeer(part: number): Goal {
  return ({ natra, peer }) =>
    peer === null ? [] : [
      least(
        "answers per second against the bandwidth plugin",
        natra.perSecond.median / peer.perSecond.median,
        1,
        "×",
      ),
      most("p99 against the bandwidth plugin", natra.p99.median / peer.p99.median, part, "×"),
      failures(natra),
    ];
}

function failures({ bad }: RowFigures): Check {
  return most("failed requests", bad, 0, "");
}
