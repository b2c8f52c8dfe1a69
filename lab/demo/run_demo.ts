/** The demo's measurements: every row in every round. */
import { prepareBandwidthPlugin } from "../../tests/rig/bandwidth.ts";
import { type Limiter, natraLimiter } from "../../tests/rig/limiter.ts";
import { RigError } from "../../tests/rig/run.ts";
import { measure, type Measurement } from "../../tests/rig/scenario.ts";
import { stolenNote } from "../../tests/rig/stolen.ts";
import { prepareTools } from "../../tests/rig/tools.ts";
import type { Options } from "./options.ts";
import type { Progress } from "./progress.ts";
import { demoRows, REQUEST_BYTES, requestsPerSecond, type Row } from "./rows.ts";
import { type RowResult, summarizeRow } from "./summary.ts";

/** Seconds of traffic before those that count: time for TCP to fill the limit. */
export const WARMUP_SECONDS = 3;
/** About how long a measurement takes beside its traffic: making a pod, removing it. */
export const OVERHEAD_SECONDS = 1;

/** A load that is later than this tells more about the machine than about any limit, in milliseconds. */
const LATE_MS = 5;

/** Where the demo keeps what it needs. */
export interface Places {
  /** Directory of the rig's compiled programs. */
  readonly tools: string;
  /** Directory of the bandwidth plugin. */
  readonly cache: string;
  /** File for natra's log. */
  readonly log: string;
}

/** What was measured. */
export interface DemoResult {
  readonly results: readonly RowResult[];
  /** Each round of each row that was measured. */
  readonly rounds: ReadonlyMap<Row, readonly Measurement[]>;
}

/**
 * Measures all rows in one go. Rounds are interleaved, and each begins with another row, so that whatever else the
 * machine does meanwhile meets all rows alike. All rows of a round get their requests on the same schedule.
 *
 * @param options what is asked for
 * @param places where the demo keeps what it needs
 * @param progress told of each measurement
 * @returns the figures
 * @throws {Interrupted} when the process is told to stop
 * @throws {RigError} if something cannot be measured
 */
export async function runDemo(options: Options, places: Places, progress: Progress): Promise<DemoResult> {
  const { rate, seconds } = options;
  const rows = demoRows(rate).all;
  const tools = await prepareTools({ directory: places.tools, meterSeconds: WARMUP_SECONDS + seconds });
  const peer = await prepareBandwidthPlugin(places.cache);
  const limiters: Record<Row["limiter"], Limiter | null> = {
    none: null,
    natra: natraLimiter(await executable(options.natra), places.log),
    bandwidth: "limiter" in peer ? peer.limiter : null,
  };
  const skipped = (row: Row): string | null =>
    row.limiter === "bandwidth" && "missing" in peer ? peer.missing : null;

  const rounds = new Map<Row, Measurement[]>();
  for (let round = 0; round < options.rounds; round++) {
    for (const place of rows.keys()) {
      const row = rows[(round + place) % rows.length]!;
      progress.begin(
        `round ${round + 1} of ${options.rounds}: ${row.name}${skipped(row) === null ? "" : " (skipped)"}`,
      );
      if (skipped(row) === null) {
        const measurement = await measure({
          limiter: limiters[row.limiter],
          ...{ rate, seconds, warmup: WARMUP_SECONDS, elephants: row.elephants },
          requests: { perSecond: requestsPerSecond(rate), bytes: REQUEST_BYTES, seed: round + 1 },
        }, tools);
        rounds.set(row, [...rounds.get(row) ?? [], measurement]);
        const late = measurement.requests?.maxStartDelay ?? 0;
        if (late > LATE_MS) {
          progress.note(`the machine was busy: requests were started up to ${late.toFixed(0)} ms late`);
        }
        const stolen = stolenNote(measurement.stolen);
        if (stolen !== null) progress.note(`the machine was not there all the time: ${stolen}`);
        for (const warning of warningsIn(measurement.limiterStderr)) {
          progress.note(`${row.limiter}: ${warning}`);
        }
      }
      progress.end();
    }
  }
  const results = rows.map((row) => {
    const reason = skipped(row);
    return reason === null ? summarizeRow(row, rounds.get(row) ?? []) : { row, skipped: reason };
  });
  return { results, rounds };
}

async function executable(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    throw new RigError(`Failed to find natra's executable "${path}": build it with "deno task build"`, {
      cause,
    });
  }
}

/** A plugin that could not limit lets the pod start all the same, and says so only here. */
function warningsIn(stderr: string): string[] {
  return stderr.split("\n").filter((line) =>
    /"level":"(warn|error|fatal)/.test(line) || /^(error|panic)/i.test(line)
  );
}
