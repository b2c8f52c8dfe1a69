/**
 * Prometheus' text format, version 0.0.4: what Prometheus, node_exporter's textfile collector and
 * OpenTelemetry read. Own code, because client libraries instrument their own process: none of prom-client's
 * types accepts a counter or a histogram of a different process, and loading it takes 80 ms.
 *
 * @module
 */

/** The type of a family, as the format names it. */
export type MetricType = "counter" | "gauge" | "histogram";

/** What identifies one series of a family. */
export type Labels = Readonly<Record<string, string>>;

/** A family of series. */
export interface Family {
  /** In snake case, with its base unit; a counter's ends with `_total`. */
  readonly name: string;
  readonly type: MetricType;
  /** One line. */
  readonly help: string;
  /**
   * Its series as lines of text: a thousand pods have 30,000, and that many objects would need most of the
   * agent's memory.
   */
  readonly lines: string[];
}

/** The content type of {@linkcode format}. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A piece of text ends after this many UTF-16 units. */
const PIECE_UNITS = 32 * 1024;

/**
 * Formats families, in pieces: the text of a thousand pods has 4 MB, and strings of that size stay in memory
 * for long. A family without series is left out.
 */
export function* formatPieces(families: readonly Family[]): Generator<string> {
  let piece = "";
  for (const { name, type, help, lines } of families) {
    if (lines.length > 0) piece += `# HELP ${name} ${escape(help, false)}\n# TYPE ${name} ${type}\n`;
    for (const line of lines) {
      piece += `${line}\n`;
      if (piece.length < PIECE_UNITS) continue;
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}

/** Formats families as one text. */
export function format(families: readonly Family[]): string {
  return [...formatPieces(families)].join("");
}

/** Formats labels; the caller may append more. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${escape(value, true)}"`).join(",");
}

/**
 * Adds a series to its family.
 *
 * @param labels The result of {@linkcode formatLabels}; may be empty.
 * @param suffix What follows the family's name: a histogram's `_bucket`, `_sum`, `_count`.
 */
export function addSeries(family: Family, labels: string, value: number | bigint, suffix = ""): void {
  const braced = labels === "" ? "" : `{${labels}}`;
  family.lines.push(`${family.name}${suffix}${braced} ${formatValue(value)}`);
}

/**
 * Adds the series of one histogram to its family.
 *
 * @param bounds Upper bounds of the buckets, ascending.
 * @param counts The count of each bucket, not cumulative; one more than there are bounds.
 * @param sum The sum of all observations, in the bounds' unit.
 */
export function addHistogram(
  family: Family,
  labels: string,
  bounds: readonly number[],
  counts: readonly bigint[],
  sum: number,
): void {
  let total = 0n;
  for (const [index, count] of counts.entries()) {
    total += count;
    addSeries(family, `${labels},le="${bounds[index] ?? "+Inf"}"`, total, "_bucket");
  }
  addSeries(family, labels, sum, "_sum");
  addSeries(family, labels, total, "_count");
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", '"': '\\"' };

/**
 * A help text is not quoted, so quotes in it stay. Lone surrogates become U+FFFD, because the format is
 * UTF-8.
 */
function escape(text: string, quotes: boolean): string {
  return text.toWellFormed().replace(quotes ? /[\\\n"]/g : /[\\\n]/g, (char) => ESCAPES[char] ?? char);
}

function formatValue(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
