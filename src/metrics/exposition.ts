/**
 * Prometheus' text format, version 0.0.4: what Prometheus, node_exporter's textfile collector and OpenTelemetry read. Own
 * code, because client libraries instrument their own process: none of prom-client's types takes a counter or a
 * histogram that another process counted, and it is loaded in 80 ms.
 *
 * @module
 */

/** What a family is, as the format names it. */
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
  readonly series: Series[];
}

/** One series. */
export interface Series {
  /** Behind the family's name: a histogram's `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels: Labels;
  readonly value: number | bigint;
}

/** The content type of {@linkcode format}. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Writes families; one without series is left out, because its name would promise something. */
export function format(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const { name, type, help, series } of families) {
    if (series.length === 0) continue;
    lines.push(`# HELP ${name} ${escape(help, false)}`, `# TYPE ${name} ${type}`);
    for (const { suffix = "", labels, value } of series) {
      lines.push(`${name}${suffix}${formatLabels(labels)} ${formatValue(value)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * The series of one histogram.
 *
 * @param bounds Upper bounds of the buckets, rising.
 * @param counts How many were in each bucket alone; one more than there are bounds.
 * @param sum What all of them add up to, in the bounds' unit.
 */
export function histogram(
  labels: Labels,
  bounds: readonly number[],
  counts: readonly bigint[],
  sum: number,
): Series[] {
  let total = 0n;
  const buckets = counts.map((count, index): Series => {
    total += count;
    const bound = bounds[index];
    return {
      suffix: "_bucket",
      labels: { ...labels, le: bound === undefined ? "+Inf" : String(bound) },
      value: total,
    };
  });
  return [...buckets, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total }];
}

function formatLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escape(value, true)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", '"': '\\"' };

/** A help text has no quotes around it, so those in it stay. What is no Unicode becomes U+FFFD: the format is UTF-8. */
function escape(text: string, quotes: boolean): string {
  return text.toWellFormed().replace(quotes ? /[\\\n"]/g : /[\\\n]/g, (char) => ESCAPES[char] ?? char);
}

function formatValue(value: number | bigint): string {
  if (typeof value === "bigint" || Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
