/** The rounds of one mix at one cap. */
import { RigError } from "../../../tests/rig/run.ts";
import { measure, type Measurement } from "../../../tests/rig/scenario.ts";
import type { Tools } from "../../../tests/rig/tools.ts";
import type { Check } from "../check.ts";
import { shortRate } from "../rate.ts";
import type { Contender, ContenderId } from "./contenders.ts";
import { type RowFigures, summarizeRow } from "./figures.ts";
import { LATE_START, type Mix } from "./mixes.ts";

/** Seconds of traffic before those that count: time for TCP to fill the cap. */
export const WARMUP_SECONDS = LATE_START;
const MOST_SECONDS = 120;
const LEAST_SECONDS = 10;
const WANTED_SAMPLES = 1000;

/** A mix at a cap. */
export interface Run {
  readonly mix: Mix;
  /** Bits per second. */
  readonly rate: number;
  readonly rounds: number;
  /** Counted seconds of each measurement. */
  readonly seconds: number;
}

/** A row of the result. */
export interface Row {
  readonly id: ContenderId;
  readonly name: string;
  readonly figures: RowFigures;
  readonly rounds: readonly Measurement[];
}

/** What came of a mix at a cap. */
export interface MixResult {
  readonly run: Run;
  readonly rows: readonly Row[];
  /** natra held against the mix's goals; none where natra or the base was not measured. */
  readonly checks: readonly Check[];
}

/** Follows measurements as they begin and end. */
export interface Watcher {
  begin(label: string): void;
  end(): void;
}
/** For measuring where nothing is shown. */
export const UNWATCHED: Watcher = { begin: () => {}, end: () => {} };

/**
 * How long each measurement lasts, so that all rounds together count a thousand requests if that is bearable.
 *
 * @param mix the mix
 * @param rate the cap, in bits per second
 * @param rounds how many there will be
 * @returns seconds
 */
export function secondsFor(mix: Mix, rate: number, rounds: number): number {
  const { requests } = mix.traffic(rate, 1);
  const rates = "clients" in requests ? [Infinity] : [requests.perSecond].flat();
  const mean = rates.reduce((sum, one) => sum + one, 0) / rates.length;
  // A tenth more: a Poisson process may count less than its mean.
  const wanted = Math.ceil(1.1 * WANTED_SAMPLES / rounds / mean);
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, wanted));
}

/**
 * Measures a mix: all contenders in every round, each round beginning with another, all on the round's own
 * schedule.
 *
 * @param run what
 * @param contenders what is compared
 * @param tools the rig's programs
 * @param watcher called with each measurement
 * @returns the figures
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if something cannot be measured
 */
export async function runMix(
  run: Run,
  contenders: readonly Contender[],
  tools: Tools,
  watcher: Watcher,
): Promise<MixResult> {
  const { mix, rate, rounds, seconds } = run;
  const measured = new Map<Contender, Measurement[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    const traffic = mix.traffic(rate, round + 1);
    for (const place of contenders.keys()) {
      const contender = contenders[(round + place) % contenders.length]!;
      const where = `mix ${mix.number} at ${shortRate(rate)}, round ${round + 1} of ${rounds}`;
      watcher.begin(`${where}: ${contender.name}`);
      const measurement = await measure({
        ...traffic,
        ...{ limiter: contender.limiter, rate, seconds, warmup: WARMUP_SECONDS },
        elephants: contender.elephants ? traffic.elephants : [],
      }, tools);
      failIfOpen(contender, measurement);
      measured.get(contender)!.push(measurement);
      watcher.end();
    }
  }
  const rows = [...measured].map(([{ id, name }, all]): Row => ({
    ...{ id, name, rounds: all },
    figures: summarizeRow(name, all, seconds),
  }));
  return { run, rows, checks: judge(run, rows) };
}

/** natra lets a pod start without its limit rather than not at all, and says so only in its log. */
function failIfOpen({ id }: Contender, { limiterStderr }: Measurement): void {
  const line = id.startsWith("natra") &&
    limiterStderr.split("\n").find((line) => /"level":"(error|fatal)"/.test(line));
  if (line) throw new RigError(`Failed to measure natra: the pod is not limited, "${line}"`);
}

/** Holds natra against the goals of a mix. @returns none where natra or its base was not measured */
export function judge({ mix, rate }: Run, rows: readonly Row[]): Check[] {
  const figures = (id: ContenderId): RowFigures | null => rows.find((row) => row.id === id)?.figures ?? null;
  const base = figures("none");
  const natra = figures("natra");
  if (base === null || natra === null) return [];
  return mix.goals.flatMap((goal) => goal({ rate, base, natra, peer: figures("bandwidth") }));
}
