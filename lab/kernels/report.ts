/** What the guest tells the host: one line of JSON for each check, and a last one. */

/** Begins every line of a report: a guest has one serial port for all that it says. */
const MARK = "natra-kernel-check ";

/** How one check ended. */
export interface CheckReport {
  readonly check: string;
  /** null: it held. */
  readonly error: string | null;
  /** What it found out, for the table and for judging on the host. */
  readonly data: unknown;
  /** Seconds of the guest's clock. */
  readonly seconds: number;
}

/** The last line: a report without it was cut short. */
export interface EndReport {
  readonly checks: number;
}

/**
 * Writes one line.
 *
 * @param report what to tell
 * @returns the line, with its end
 */
export function formatReport(report: CheckReport | EndReport): string {
  return `${MARK}${JSON.stringify(report)}\n`;
}

/**
 * Reads one line.
 *
 * @param line of a guest's output
 * @returns null if it is none of a report
 */
export function parseReport(line: string): CheckReport | EndReport | null {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) as CheckReport | EndReport : null;
}

/**
 * Reads what a guest told.
 *
 * @param output all that came out of its serial port
 * @returns the checks in their order; everything else is passed over
 * @throws {Error} if the report was cut short
 */
export function parseReports(output: string): CheckReport[] {
  const checks: CheckReport[] = [];
  let announced: number | null = null;
  for (const line of output.split("\n")) {
    const report = parseReport(line);
    if (report === null) continue;
    if ("check" in report) checks.push(report);
    else announced = report.checks;
  }
  if (announced !== checks.length) {
    throw new Error(
      `Cannot read the guest's report: ${checks.length} checks came of "${announced ?? "unknown"}": ${
        output.slice(-3000)
      }`,
    );
  }
  return checks;
}
