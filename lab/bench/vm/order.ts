/** What a guest is told to measure, and what it answers: lines of JSON on the machine's console. */
import type { ContenderId } from "../mix/contenders.ts";
import type { MixResult, Row } from "../mix/run_mix.ts";

/** One mix at one cap. */
export interface Order {
  /** Its place in VM_MIXES. */
  readonly mix: number;
  /** Bits per second. */
  readonly rate: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly contenders: readonly ContenderId[];
  /** How many seconds the meter can hold. */
  readonly meterSeconds: number;
}

/** What came of it. */
export interface Answer {
  readonly rows: readonly Omit<Row, "rounds">[];
  readonly checks: MixResult["checks"];
  readonly missing: readonly string[];
}

const MARK = "mix-answer ";

/** Writes an answer as a line, without its end. */
export function formatAnswer(answer: Answer): string {
  return `${MARK}${JSON.stringify(answer)}`;
}

/**
 * Finds the answer in what a machine printed.
 *
 * @returns null: the guest did not get that far
 */
export function findAnswer(output: string): Answer | null {
  const line = output.split("\n").find((one) => one.startsWith(MARK));
  return line === undefined ? null : JSON.parse(line.slice(MARK.length)) as Answer;
}
