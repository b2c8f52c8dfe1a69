/**
 * The outcomes of ADDs, counted in a file, because each ADD is a separate process. Counting never makes an
 * ADD fail.
 *
 * @module
 */
import { OUTCOME_FILE } from "../node_state.ts";
import { addToTally, readTally } from "../../state/tally.ts";

/**
 * The outcomes of a valid ADD: the pod is limited, it requests no limit, or it starts without the limit that
 * it requests.
 */
export const OUTCOMES = ["limited", "unlimited", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a pod started without the limit that it requests. */
export const FAIL_REASONS = ["interface", "kernel", "files", "other"] as const;
export type FailReason = (typeof FAIL_REASONS)[number];

/** Upper bounds of the durations' buckets, in seconds; one more bucket, without a bound, follows. */
export const DURATION_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 10, 30] as const;

/** The counts since the node started. */
export interface AddCounts {
  /**
   * ADDs that began for pods with a limit: those that are not among the ended ones crashed, hung or were
   * killed.
   */
  readonly started: bigint;
  /** ADDs that were refused with an error, because the request was invalid. */
  readonly refused: bigint;
  readonly failed: Readonly<Record<FailReason, bigint>>;
  readonly ended: Readonly<Record<Outcome, Durations>>;
}

/** A histogram. */
export interface Durations {
  /** The count of each bucket, not cumulative; one more than there are bounds. */
  readonly counts: readonly bigint[];
  /** The sum of all durations, in ns. */
  readonly sum: bigint;
}

/** The indices of the counters in the file: new ones are appended, and none is ever moved. */
const STARTED = 0;
const REFUSED = 1;
const FAILED = 2;
const HISTOGRAM = 8; // 2 + 4 reasons, and room for two more
const BUCKETS = DURATION_BOUNDS.length + 1;
const STRIDE = BUCKETS + 1;
const COUNT = HISTOGRAM + OUTCOMES.length * STRIDE;

function histogramOf(outcome: Outcome): number {
  return HISTOGRAM + OUTCOMES.indexOf(outcome) * STRIDE;
}

/** Counts an ADD that begins to limit a pod. Its outcome is counted later, unless it crashes or is killed. */
export function countStart(path: string = OUTCOME_FILE): void {
  quietly(() => addToTally(path, COUNT, [[STARTED, 1n]]));
}

/** Counts an ADD that was refused. */
export function countRefusal(path: string = OUTCOME_FILE): void {
  quietly(() => addToTally(path, COUNT, [[REFUSED, 1n]]));
}

/**
 * Counts how an ADD ended.
 *
 * @param ms Its duration.
 * @param reason Why it failed.
 */
export function countEnd(
  outcome: Outcome,
  ms: number,
  reason: FailReason | null = null,
  path: string = OUTCOME_FILE,
): void {
  const found = DURATION_BOUNDS.findIndex((bound) => ms <= bound * 1000);
  const at = histogramOf(outcome);
  const bucket = at + (found < 0 ? DURATION_BOUNDS.length : found);
  const failure = reason === null ? [] : [[FAILED + FAIL_REASONS.indexOf(reason), 1n] as const];
  quietly(() =>
    addToTally(path, COUNT, [[bucket, 1n], [at + BUCKETS, BigInt(Math.round(ms * 1e6))], ...failure])
  );
}

/** Reads the counts. @throws {Error} If the file cannot be read. */
export function readAddCounts(path: string = OUTCOME_FILE): AddCounts {
  const values = readTally(path, COUNT);
  const value = (index: number): bigint => values[index] ?? 0n;
  const durations = (outcome: Outcome): Durations => {
    const at = histogramOf(outcome);
    return { counts: values.slice(at, at + BUCKETS), sum: value(at + BUCKETS) };
  };
  const failed = (reason: FailReason): bigint => value(FAILED + FAIL_REASONS.indexOf(reason));
  return {
    started: value(STARTED),
    refused: value(REFUSED),
    failed: {
      interface: failed("interface"),
      kernel: failed("kernel"),
      files: failed("files"),
      other: failed("other"),
    },
    ended: {
      limited: durations("limited"),
      unlimited: durations("unlimited"),
      failed: durations("failed"),
    },
  };
}

/**
 * Finds the reason for an error, by the error's name: the module that defines the error need not be loaded.
 * The cause of an error decides before the error itself.
 */
export function failReason(error: unknown): FailReason {
  if (!(error instanceof Error)) return "other";
  const cause = failReason(error.cause);
  if (cause !== "other") return cause;
  if (error.name === "MissingInterfaceError" || error.name === "UnsuitableInterfaceError") return "interface";
  if (error.name === "NativeError") return "kernel";
  // Deno has no class for a full or read-only file system, only a code.
  return "code" in error && typeof error.code === "string" ? "files" : "other";
}

/** A full or read-only /run must not keep a pod from starting, and there is nowhere left to count that. */
function quietly(attempt: () => void): void {
  try {
    attempt();
  } catch {
    // The count is lost.
  }
}
