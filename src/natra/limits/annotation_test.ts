import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../../tests/rig/any_text.ts";
import { parseAnnotation } from "./annotation.ts";

const SOURCE = "annotation natra.io/ingress-bandwidth";

/** The values of a request without where they stood. */
function values(value: unknown): Record<string, unknown> {
  const { request } = parseAnnotation(value, SOURCE);
  return Object.fromEntries(Object.entries(request).map(([field, setting]) => [field, setting.value]));
}

/** Key, given value and reason of each fault. */
function faults(value: unknown): string[] {
  return parseAnnotation(value, SOURCE).faults.map(({ key, given, why }) =>
    `${key.slice(SOURCE.length)}|${given}|${why}`
  );
}

Deno.test("parseAnnotation() reads a plain rate in bits per second", () => {
  assertEquals(values("10M"), { rate: 10_000_000n });
  assertEquals(parseAnnotation("10M", SOURCE), {
    source: SOURCE,
    request: { rate: { value: 10_000_000n, key: SOURCE, given: '"10M"' } },
    faults: [],
  });
});

Deno.test("parseAnnotation() reads every key of the JSON form", () => {
  const text = `{ "rate": "10M", "burst": "20M", "bucket": "flow", "mice": "free", "pacer": "edt",
    "cms": { "width": 2048, "depth": 3, "heavyHitterThreshold": 1000 } }`;
  assertEquals(values(text), {
    rate: 10_000_000n,
    burst: 20_000_000n,
    bucket: "flow",
    mice: "free",
    pacer: "edt",
    width: 2048n,
    depth: 3n,
    threshold: 1_500_000n,
  });
  assertEquals(faults(text), []);
});

Deno.test("parseAnnotation() reads numbers where quantities may stand", () => {
  assertEquals(values('{"rate":1e7,"burst":12.5,"cms":{"width":"2k","depth":"3"}}'), {
    rate: 10_000_000n,
    burst: 13n,
    width: 2000n,
    depth: 3n,
  });
});

Deno.test("parseAnnotation() reads a threshold as packets if a number, as bytes if text", () => {
  assertEquals(values('{"cms":{"heavyHitterThreshold":2}}'), { threshold: 3000n });
  assertEquals(values('{"cms":{"heavyHitterThreshold":"16Ki"}}'), { threshold: 16_384n });
});

Deno.test("parseAnnotation() reads the object itself, and a number, from a configuration", () => {
  assertEquals(values({ rate: "1G", mice: "free" }), { rate: 1_000_000_000n, mice: "free" });
  assertEquals(values(5_000_000), { rate: 5_000_000n });
});

Deno.test("parseAnnotation() keeps the good keys beside a bad one", () => {
  const text =
    '{"rate":"10Mbit","burst":true,"bucket":"POD","mice":0,"pacer":["htb"],"cms":{"width":{},"depth":2}}';
  assertEquals(values(text), { depth: 2n });
  assertEquals(faults(text), [
    ': rate|"10Mbit"|it must be a number with an optional suffix, such as 10M, 1.5Gi or 1e6',
    ": burst|true|it must be a number or a quantity",
    ': bucket|"POD"|it must be one of pod, flow',
    ": mice|0|it must be one of charged, free",
    ": pacer|a list of 1|it must be one of auto, htb, edt, police",
    ": cms.width|an object|it must be a number or a quantity",
  ]);
});

Deno.test("parseAnnotation() names unknown keys, escaped, and counts the many", () => {
  assertEquals(faults('{"rate":"1M","nOte":"x","cms":{"rows":1},"__proto__":{"rate":"9G"},"a\\nb":null}'), [
    ': "nOte"|"x"|the key is unknown',
    ': "cms.rows"|1|the key is unknown',
    ': "__proto__"|an object|the key is unknown',
    String.raw`: "a\nb"|null|the key is unknown`,
  ]);
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i])));
  assertEquals(faults(many).length, 9);
  assertEquals(faults(many).at(-1), "|92 more keys|the keys are unknown");
});

Deno.test("parseAnnotation() never takes a value from the prototype", () => {
  assertEquals(values('{"__proto__":{"rate":"9G"},"constructor":{"rate":"9G"}}'), {});
});

Deno.test("parseAnnotation() reports what is not an annotation", () => {
  const deep = `{"rate":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  const cases: [unknown, string][] = [
    ["", "it must be a number with an optional suffix, such as 10M, 1.5Gi or 1e6"],
    ["off", "it must be a number with an optional suffix, such as 10M, 1.5Gi or 1e6"],
    ["-10M", "a rate cannot be negative"],
    ["{", "it is not valid JSON"],
    ['{"rate":"10M"} trailing', "it is not valid JSON"],
    [`{"rate":"${"9".repeat(70_000)}"}`, "it is longer than 65536 characters"],
    [deep, "it must be a number or a quantity"],
    [null, "it must be a number or a quantity"],
    [["10M"], "it must be a number or a quantity"],
    ['{"rate":1e400}', "it is not a finite number"],
    [NaN, "it is not a finite number"],
    [{ cms: 5 }, "it must be an object"],
  ];
  for (const [value, why] of cases) {
    assertEquals(parseAnnotation(value, SOURCE).faults.map((fault) => fault.why), [why]);
    assertEquals(values(value), {});
  }
});

Deno.test("parseAnnotation() never throws and keeps its faults few and short", () => {
  const json = fc.json();
  const nearly = fc.record({
    rate: fc.anything(),
    burst: fc.anything(),
    bucket: fc.anything(),
    cms: fc.oneof(fc.anything(), fc.record({ width: fc.anything(), depth: fc.anything() })),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(anyText(), json, fc.anything(), nearly), (value) => {
    const parsed = parseAnnotation(value, SOURCE);
    for (const { key, given } of parsed.faults) {
      assertEquals(given.length <= 90 && key.length <= 140, true);
    }
  }));
});
