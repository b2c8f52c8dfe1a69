import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../../tests/rig/any_text.ts";
import { decideLimits, type Decision } from "./limits.ts";
import type { DirectionLimit } from "./fields.ts";
import { isLimitAnnotation, type LimitConf } from "./sources.ts";

const NATRA = "natra.io/ingress-bandwidth";
const KUBERNETES = "kubernetes.io/ingress-bandwidth";

interface Given {
  annotations?: Record<string, string> | null;
  namespaceAnnotations?: Record<string, string>;
  runtime?: unknown;
  conf?: LimitConf;
  maxSketchBytes?: number;
}

function decide(
  { annotations = null, runtime, conf = {}, maxSketchBytes = 65_536, ...given }: Given,
): Decision {
  return decideLimits({ ...given, annotations, runtimeBandwidth: runtime, conf, maxSketchBytes });
}

/** Rate and source of the ingress direction. */
function ingress(given: Given): [bigint, string] | null {
  const limit = decide(given).limits.ingress;
  return limit === null ? null : [limit.rate, limit.source];
}

function warnings(given: Given): string[] {
  return decide(given).warnings.map(({ key, given, used, why }) => `${key}|${given}|${used}|${why}`);
}

Deno.test("decideLimits() has no limit and no warning without a source", () => {
  assertEquals(decide({}), { limits: { ingress: null, egress: null }, warnings: [] });
  const zero = { IngressRate: 0, IngressBurst: 0, EgressRate: 0, EgressBurst: 0 };
  assertEquals(
    decide({ annotations: {}, runtime: zero, conf: { ingressRate: 0, pacer: "edt" } }).warnings,
    [],
  );
});

Deno.test("decideLimits() fills in the defaults", () => {
  const expected: DirectionLimit = {
    rate: 10_000_000n,
    burst: 50_000n,
    bucket: "pod",
    mice: "charged",
    pacer: "auto",
    width: 1024,
    depth: 4,
    threshold: null,
    source: `annotation ${KUBERNETES}`,
  };
  const decision = decide({ annotations: { [KUBERNETES]: "10M" } });
  assertEquals(decision, { limits: { ingress: expected, egress: null }, warnings: [] });
});

Deno.test("decideLimits() takes a namespace's annotations as its pods' defaults, above the configuration's", () => {
  const namespaceAnnotations = { [NATRA]: "3M", [KUBERNETES]: "4M" };
  const conf = { ingressRate: 5_000_000, ingress: "6M" };
  const below = { namespaceAnnotations, conf };
  assertEquals(ingress(below), [3_000_000n, `namespace annotation ${NATRA}`]);
  assertEquals(ingress({ ...below, runtime: { ingressRate: 2_000_000 } })?.[0], 2_000_000n);
  assertEquals(ingress({ ...below, annotations: { [KUBERNETES]: "1M" } })?.[0], 1_000_000n);
  const bad = { ...below, namespaceAnnotations: { [NATRA]: "lots" } };
  assertEquals(ingress(bad), [5_000_000n, "configuration ingressRate"]);
  assertEquals(decide(bad).warnings[0]?.key, `namespace annotation ${NATRA}`);
});

Deno.test("isLimitAnnotation() knows the four keys, and no other", () => {
  const egress = [NATRA, KUBERNETES].map((key) => key.replace("ingress", "egress"));
  for (const key of [NATRA, KUBERNETES, ...egress]) assertEquals(isLimitAnnotation(key), true, key);
  for (const key of ["", "natra.io/ingress", `x${NATRA}`, `${NATRA}x`]) {
    assertEquals(isLimitAnnotation(key), false);
  }
});

Deno.test("decideLimits() keeps the directions apart", () => {
  const { limits } = decide({
    annotations: { "kubernetes.io/egress-bandwidth": "5M" },
    runtime: { ingressRate: 2_000_000, ingressBurst: 1_000_000 },
  });
  assertEquals([limits.ingress?.rate, limits.ingress?.burst], [2_000_000n, 125_000n]);
  assertEquals([limits.egress?.rate, limits.egress?.burst], [5_000_000n, 25_000n]);
});

Deno.test("decideLimits() asks its sources in order", () => {
  const given = {
    annotations: { [NATRA]: "1M", [KUBERNETES]: "2M" },
    runtime: { IngressRate: 3_000_000, IngressBurst: 4294967295 },
    conf: { ingressRate: 4_000_000, ingress: "5M" },
  };
  assertEquals(ingress(given), [1_000_000n, `annotation ${NATRA}`]);
  assertEquals(ingress({ ...given, annotations: { [KUBERNETES]: "2M" } }), [
    2_000_000n,
    `annotation ${KUBERNETES}`,
  ]);
  assertEquals(ingress({ ...given, annotations: {} }), [3_000_000n, "runtimeConfig.bandwidth"]);
  assertEquals(ingress({ conf: given.conf }), [4_000_000n, "configuration ingressRate"]);
  assertEquals(ingress({ conf: { ingress: "5M" } }), [5_000_000n, "configuration ingress"]);
});

Deno.test("decideLimits() reads both spellings of runtimeConfig.bandwidth, the specification's first", () => {
  assertEquals(ingress({ runtime: { IngressRate: 1_000_000 } })?.[0], 1_000_000n);
  assertEquals(ingress({ runtime: { ingressRate: 2_000_000, IngressRate: 1_000_000 } })?.[0], 2_000_000n);
});

Deno.test("decideLimits() takes 4294967295 in runtimeConfig for a burst that was not set", () => {
  const runtime = { IngressRate: 10_000_000, IngressBurst: 4294967295 };
  assertEquals(decide({ runtime }).limits.ingress?.burst, 50_000n);
  assertEquals(warnings({ runtime }), []);
  assertEquals(warnings({ conf: { ingressRate: "10M", ingressBurst: 4294967295 } }), [
    "configuration ingressBurst|4294967295|1250000 bytes|it is above the maximum, 1250000 bytes",
  ]);
});

Deno.test("decideLimits() goes on to the next source for a rate that an annotation leaves out", () => {
  const annotations = { [NATRA]: '{"burst":"1M","mice":"free"}', [KUBERNETES]: "10M" };
  const { limits, warnings } = decide({
    annotations,
    conf: { ingress: { bucket: "flow", mice: "charged", rate: "1G" } },
  });
  assertEquals(limits.ingress, {
    rate: 10_000_000n,
    burst: 125_000n,
    bucket: "flow",
    mice: "free",
    pacer: "auto",
    width: 1024,
    depth: 4,
    threshold: null,
    source: `annotation ${KUBERNETES}`,
  });
  assertEquals(warnings, []);
});

Deno.test("decideLimits() ignores a burst that belongs to another source's rate", () => {
  const limit = decide({
    annotations: { [KUBERNETES]: "10M" },
    conf: { ingressRate: 10 ** 9, ingressBurst: 10 ** 7 },
  });
  assertEquals(limit.limits.ingress?.burst, 50_000n);
});

Deno.test("decideLimits() lets the next source speak for a value that cannot be read, and says what is used", () => {
  const annotations = { [NATRA]: "ten", [KUBERNETES]: "10M" };
  assertEquals(ingress({ annotations }), [10_000_000n, `annotation ${KUBERNETES}`]);
  const why = "it must be a number with an optional suffix, such as 10M, 1.5Gi or 1e6";
  assertEquals(warnings({ annotations }), [
    `annotation ${NATRA}|"ten"|10M from annotation ${KUBERNETES}|${why}`,
  ]);
  assertEquals(warnings({ annotations: { [NATRA]: "ten" }, conf: { ingress: "5M" } }), [
    `annotation ${NATRA}|"ten"|5M from configuration ingress|${why}`,
  ]);
  assertEquals(warnings({ annotations: { [NATRA]: "ten" } }), [`annotation ${NATRA}|"ten"|no limit|${why}`]);
});

Deno.test("decideLimits() gives the lowest rate for an annotation of zero, never no limit", () => {
  assertEquals(ingress({ annotations: { [NATRA]: "0" }, conf: { ingress: "5M" } })?.[0], 1_000n);
  assertEquals(warnings({ annotations: { [NATRA]: "0" } }), [
    `annotation ${NATRA}|"0"|1k|it is below the minimum, 1k`,
  ]);
});

Deno.test("decideLimits() leaves out a negative rate", () => {
  assertEquals(ingress({ annotations: { [NATRA]: "-1M" }, conf: { ingress: "5M" } })?.[0], 5_000_000n);
  assertEquals(ingress({ runtime: { IngressRate: -1 } }), null);
  assertEquals(warnings({ runtime: { IngressRate: -1 } }), [
    "runtimeConfig.bandwidth.IngressRate|-1|no limit|a rate cannot be negative",
  ]);
});

Deno.test("decideLimits() says what is used for each bad key", () => {
  const text = '{"rate":"10M","burst":"x","bucket":1,"cms":{"heavyHitterThreshold":"y","width":[]},"rows":2}';
  const used = decide({ annotations: { [NATRA]: text } }).warnings.map((warning) => warning.used);
  assertEquals(used, ["50000 bytes", "pod", "adaptive", "1024", "nothing"]);
});

Deno.test("decideLimits() gives each heavy flow a rate of its own without htb", () => {
  const annotations = { [NATRA]: '{"rate":"10M","bucket":"flow","pacer":"htb"}' };
  assertEquals(decide({ annotations }).limits.ingress?.pacer, "auto");
  assertEquals(warnings({ annotations }), [
    `annotation ${NATRA}: pacer|"htb"|auto|htb cannot give each heavy flow a rate of its own`,
  ]);
  assertEquals(
    decide({ annotations: { [NATRA]: '{"rate":"10M","bucket":"flow","pacer":"edt"}' } }).warnings,
    [],
  );
});

Deno.test("decideLimits() takes the configuration's pacer only if no other source names one", () => {
  assertEquals(decide({ conf: { ingress: "1M", pacer: "police" } }).limits.ingress?.pacer, "police");
  assertEquals(
    decide({ conf: { ingress: { rate: "1M", pacer: "edt" }, pacer: "police" } }).limits.ingress?.pacer,
    "edt",
  );
});

Deno.test("decideLimits() warns of an annotation that sets everything but a rate", () => {
  for (const text of ['{"mice":"free"}', '{"rat":"10M"}', "{}"]) {
    assertEquals(
      warnings({ annotations: { [NATRA]: text } })[0],
      `annotation ${NATRA}|no rate|no limit|no source gives a rate`,
    );
  }
  assertEquals(warnings({ conf: { ingress: { mice: "free" } } }), []);
});

Deno.test("decideLimits() reads annotations of the object itself only", () => {
  const annotations: Record<string, string> = Object.create({ [NATRA]: "1M" });
  assertEquals(ingress({ annotations }), null);
});

Deno.test("decideLimits() is short with a megabyte of nonsense", () => {
  const huge = "\u001b\ud800".repeat(500_000);
  const decision = decide({
    annotations: { [NATRA]: huge, [KUBERNETES]: `{"${huge}":1}` },
    runtime: huge,
    conf: { ingress: huge },
  });
  assertEquals(decision.limits.ingress, null);
  for (const warning of decision.warnings) {
    assertEquals(
      Object.values(warning).every((text: string) => text.length < 200 && !text.includes("\u001b")),
      true,
    );
  }
});

const oddNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -1, 4294967295, 1e300, Infinity, NaN),
);
const rateText = fc.tuple(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom("", "k", "M", "Gi", "E", "bit"),
)
  .map(([number, suffix]) => `${number}${suffix}`);
const scalar = fc.oneof(
  oddNumber,
  rateText,
  fc.constantFrom("pod", "flow", "free", "htb", "edt"),
  anyText(),
);
const form = fc.record({
  rate: scalar,
  burst: scalar,
  bucket: scalar,
  mice: scalar,
  pacer: scalar,
  cms: fc.oneof(
    fc.record({ width: scalar, depth: scalar, heavyHitterThreshold: scalar }, { requiredKeys: [] }),
    scalar,
  ),
}, { requiredKeys: [] });
const text = fc.oneof(scalar.map(String), form.map((value) => JSON.stringify(value)), fc.json());
const anySources = fc.record({
  annotations: fc.option(fc.dictionary(
    fc.oneof(fc.constantFrom(NATRA, KUBERNETES, "natra.io/egress-bandwidth"), fc.string()),
    text,
  )),
  runtimeBandwidth: fc.oneof(
    fc.dictionary(fc.constantFrom("IngressRate", "ingressBurst", "EgressRate"), scalar),
    fc.anything(),
  ),
  conf: fc.record({
    ingressRate: scalar,
    egressBurst: scalar,
    ingress: fc.oneof(form, text),
    egress: fc.anything(),
    pacer: scalar,
  }, {
    requiredKeys: [],
  }),
  maxSketchBytes: fc.integer({ min: 512, max: 1 << 22 }),
});

Deno.test("decideLimits() never throws, stays within its bounds, and is frozen and short", () => {
  fc.assert(
    fc.property(anySources, (sources) => {
      const { limits, warnings } = decideLimits(sources);
      assertEquals(
        Object.isFrozen(limits) && Object.isFrozen(warnings) && warnings.every(Object.isFrozen),
        true,
      );
      for (const warning of warnings) {
        assertEquals(
          Object.values(warning).every((part) => typeof part === "string" && part.length < 200),
          true,
        );
      }
      for (const limit of [limits.ingress, limits.egress]) {
        if (limit !== null) assertWithinBounds(limit, sources.maxSketchBytes);
      }
    }),
    { numRuns: 1500 },
  );
});

function assertWithinBounds(limit: DirectionLimit, maxSketchBytes: number): void {
  const { rate, burst, width, depth, threshold } = limit;
  assertEquals(Object.isFrozen(limit), true);
  assertEquals(rate >= 1_000n && rate <= 10n ** 15n, true);
  assertEquals(burst === 3028n || (burst > 3028n && burst <= (rate + 7n) / 8n), true);
  assertEquals(Number.isInteger(Math.log2(width)) && width >= 64 && width <= 65_536, true);
  assertEquals(
    Number.isInteger(depth) && depth >= 1 && depth <= 8 && width * depth * 8 <= maxSketchBytes,
    true,
  );
  assertEquals(threshold === null || (threshold >= 1500n && threshold <= 2n ** 27n), true);
  assertEquals(limit.bucket === "flow" && limit.pacer === "htb", false);
}

Deno.test("decideLimits() decides the same from the same", () => {
  fc.assert(fc.property(anySources, (sources) => assertEquals(decideLimits(sources), decideLimits(sources))));
});

Deno.test("decideLimits() never lowers the rate when a higher one is asked for", () => {
  fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n), fc.bigInt(0n, 2n ** 64n), (low, more) => {
    const at = (rate: bigint): bigint => ingress({ annotations: { [NATRA]: String(rate) } })?.[0] ?? -1n;
    assertStrictEquals(at(low) <= at(low + more), true);
  }));
});
