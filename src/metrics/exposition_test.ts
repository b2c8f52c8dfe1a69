import { assertEquals } from "@std/assert";
import { addHistogram, addSeries, type Family, format, formatLabels, formatPieces } from "./exposition.ts";

/** A family with one series for each of the labels and values. */
function family(
  series: readonly (readonly [labels: Record<string, string>, value: number | bigint])[],
  help = "What it is.",
): Family {
  const made: Family = { name: "natra_things_total", type: "counter", help, lines: [] };
  for (const [labels, value] of series) addSeries(made, formatLabels(labels), value);
  return made;
}

Deno.test("format() writes HELP, TYPE and a line for each series", () => {
  const text = format([family([[{}, 1], [{ a: "x", b: "y" }, 18446744073709551615n], [{ a: "z" }, 0.5]])]);
  assertEquals(text.split("\n"), [
    "# HELP natra_things_total What it is.",
    "# TYPE natra_things_total counter",
    "natra_things_total 1",
    'natra_things_total{a="x",b="y"} 18446744073709551615',
    'natra_things_total{a="z"} 0.5',
    "",
  ]);
});

Deno.test("format() leaves out a family without series", () => assertEquals(format([family([])]), ""));

Deno.test("formatPieces() gives the same text as format(), whole lines in small pieces", () => {
  const many = family(Array.from({ length: 5000 }, (_, value) => [{ pod: `pod-${value}` }, value]));
  const pieces = [...formatPieces([many, family([]), many])];
  assertEquals(pieces.join(""), format([many, many]));
  assertEquals(pieces.every((piece) => piece.endsWith("\n") && piece.length < 40_000), true);
});

Deno.test("label values and help are escaped, so that no text can forge a line", () => {
  const hostile = 'a"} 1\n# TYPE x counter\nx{y="\\';
  const text = format([family([[{ pod: hostile }, 1]], 'say "\\"\nx 1')]);
  assertEquals(text.split("\n"), [
    '# HELP natra_things_total say "\\\\"\\nx 1',
    "# TYPE natra_things_total counter",
    'natra_things_total{pod="a\\"} 1\\n# TYPE x counter\\nx{y=\\"\\\\"} 1',
    "",
  ]);
});

Deno.test("formatLabels() replaces lone surrogates", () => {
  assertEquals(formatLabels({ pod: "a\ud800b" }), 'pod="a\ufffdb"');
});

Deno.test("addSeries() writes numbers that are not finite in the format's words", () => {
  assertEquals(family([[{}, NaN], [{}, Infinity], [{}, -Infinity]]).lines, [
    "natra_things_total NaN",
    "natra_things_total +Inf",
    "natra_things_total -Inf",
  ]);
});

Deno.test("addHistogram() writes cumulative buckets, and ends with the sum and the count", () => {
  const made: Family = { name: "natra_took_seconds", type: "histogram", help: "", lines: [] };
  addHistogram(made, 'outcome="x"', [0.1, 1], [2n, 3n, 1n], 4.5);
  assertEquals(made.lines, [
    'natra_took_seconds_bucket{outcome="x",le="0.1"} 2',
    'natra_took_seconds_bucket{outcome="x",le="1"} 5',
    'natra_took_seconds_bucket{outcome="x",le="+Inf"} 6',
    'natra_took_seconds_sum{outcome="x"} 4.5',
    'natra_took_seconds_count{outcome="x"} 6',
  ]);
});
