import { assertEquals } from "@std/assert";
import { type Family, format, histogram } from "./exposition.ts";

const family = (series: Family["series"], help = "What it is."): Family => ({
  name: "natra_things_total",
  type: "counter",
  help,
  series,
});

Deno.test("format() writes HELP, TYPE and a line for each series", () => {
  const text = format([family([
    { labels: {}, value: 1 },
    { labels: { a: "x", b: "y" }, value: 18446744073709551615n },
    { labels: { a: "z" }, value: 0.5 },
  ])]);
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

Deno.test("format() escapes label values and help, so that no text can forge a line", () => {
  const hostile = 'a"} 1\n# TYPE x counter\nx{y="\\';
  const text = format([family([{ labels: { pod: hostile }, value: 1 }], 'say "\\"\nx 1')]);
  assertEquals(text.split("\n"), [
    '# HELP natra_things_total say "\\\\"\\nx 1',
    "# TYPE natra_things_total counter",
    'natra_things_total{pod="a\\"} 1\\n# TYPE x counter\\nx{y=\\"\\\\"} 1',
    "",
  ]);
});

Deno.test("format() replaces what is no Unicode", () => {
  assertEquals(
    format([family([{ labels: { pod: "a\ud800b" }, value: 1 }])]).includes('pod="a\ufffdb"'),
    true,
  );
});

Deno.test("format() writes what is no finite number as the format has it", () => {
  const values = [NaN, Infinity, -Infinity].map((value) => ({ labels: {}, value }));
  assertEquals(format([family(values)]).match(/^natra_\S+ \S+$/gm), [
    "natra_things_total NaN",
    "natra_things_total +Inf",
    "natra_things_total -Inf",
  ]);
});

Deno.test("histogram() adds buckets up, and ends with the sum and the count", () => {
  const series = histogram({ outcome: "x" }, [0.1, 1], [2n, 3n, 1n], 4.5);
  assertEquals(series.map(({ suffix, labels, value }) => [suffix, labels["le"], value]), [
    ["_bucket", "0.1", 2n],
    ["_bucket", "1", 5n],
    ["_bucket", "+Inf", 6n],
    ["_sum", undefined, 4.5],
    ["_count", undefined, 6n],
  ]);
});
