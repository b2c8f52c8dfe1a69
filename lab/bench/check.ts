/** A goal, and whether a figure meets it. */

/** One figure held against one goal. */
export interface Check {
  /** What is judged. */
  readonly goal: string;
  readonly value: number;
  readonly unit: string;
  /** What is wanted, in words: "≤ 1.5". */
  readonly limit: string;
  readonly met: boolean;
}

/**
 * Writes a figure as precisely as it is worth: three digits or so.
 *
 * @param value the figure
 * @returns its text
 */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/**
 * Writes a check as a line.
 *
 * @param check which
 * @returns such as "met     p99 against no limit: 1.21 × (≤ 1.5)"
 */
export function checkLine({ goal, value, unit, limit, met }: Check): string {
  return `${met ? "met   " : "MISSED"}  ${goal}: ${figure(value)} ${unit} (${limit})`;
}

/** @returns how many goals are met: "5 of 6" */
export function countMet(checks: readonly Check[]): string {
  return `${checks.filter(({ met }) => met).length} of ${checks.length}`;
}
