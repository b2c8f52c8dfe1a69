import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../tests/rig/any_text.ts";
import { readConfig } from "./config.ts";
import { CniError } from "./errors.ts";

const CORE = { cniVersion: "1.0.0", name: "pods", type: "natra" };
const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";

function read(more: Record<string, unknown> = {}): ReturnType<typeof readConfig> {
  return readConfig(JSON.stringify({ ...CORE, ...more }));
}

function refusal(text: string): [number, string] {
  const error = assertThrows(() => readConfig(text), CniError);
  return [error.code, `${error.message}: ${error.details ?? ""}`];
}

Deno.test("readConfig() fills in the defaults", () => {
  assertEquals(read(), {
    ...CORE,
    cniVersion: "1.0.0",
    logLevel: "info",
    logFile: null,
    keys: new Map(Object.entries(CORE)),
    prevResult: null,
    runtimeBandwidth: undefined,
    annotations: null,
    validAttachments: null,
    warnings: [],
  });
});

Deno.test("readConfig() passes on what it does not check", () => {
  const conf = read({
    ingressRate: "10M",
    egressBurst: 7,
    ingress: { rate: "1G" },
    runtimeConfig: {
      bandwidth: { IngressRate: 5 },
      [ANNOTATIONS]: { "kubernetes.io/ingress-bandwidth": "10M" },
    },
  });
  assertEquals(conf.keys.get("ingressRate"), "10M");
  assertEquals(conf.keys.get("egressBurst"), 7);
  assertEquals(conf.keys.get("ingress"), { rate: "1G" });
  assertEquals(conf.runtimeBandwidth, { IngressRate: 5 });
  assertEquals(conf.annotations, { "kubernetes.io/ingress-bandwidth": "10M" });
});

Deno.test("readConfig() keeps prevResult as it was written, and computes the rest", () => {
  const prevResult = '{"cniVersion":"1.0.0","x":{"big":18446744073709551615,"one":1.0},"__proto__":{"y":1}}';
  const conf = readConfig(
    `{"cniVersion":"1.0.0","name":"n","type":"t","ingressRate":1.0e7,"prevResult":${prevResult}}`,
  );
  assertEquals(JSON.stringify(conf.prevResult), prevResult);
  assertEquals(conf.keys.get("ingressRate"), 10_000_000);
});

Deno.test("readConfig() rejects what is not a JSON object with code 6", () => {
  for (const text of ["", "null", "[]", '"x"', "1.0", "{", `{"a":${"[".repeat(100_000)}`]) {
    assertEquals(refusal(text)[0], 6);
  }
  assertMatch(refusal("\u001b[31m{")[1], /\\u001b/);
});

Deno.test("readConfig() rejects a version that is not supported with code 1", () => {
  for (const cniVersion of [undefined, null, "", "0.1.0", "0.2.0", "1.2.0", 1, {}]) {
    assertEquals(refusal(JSON.stringify({ ...CORE, cniVersion }))[0], 1);
  }
  assertMatch(
    refusal(JSON.stringify({ ...CORE, cniVersion: "0.2.0" }))[1],
    /"0\.2\.0", supported are 0\.3\.0, 0\.3\.1/,
  );
});

Deno.test("readConfig() rejects a missing or invalid name or type with code 7 and the value", () => {
  for (const name of [undefined, null, "", "-a", "a/b", "a b", 5, "n\n"]) {
    assertEquals(refusal(JSON.stringify({ ...CORE, name }))[0], 7);
  }
  for (const type of [undefined, "", null, []]) {
    assertEquals(refusal(JSON.stringify({ ...CORE, type }))[0], 7);
  }
  assertMatch(refusal(JSON.stringify({ ...CORE, name: "a/b" }))[1], /, not "a\/b"$/);
  assertMatch(refusal(JSON.stringify({ ...CORE, type: 5 }))[1], /type must match \., not 5$/);
});

Deno.test("readConfig() ignores a prevResult that is not an object, with a warning", () => {
  for (const prevResult of ["x", [], 5, true]) {
    const conf = read({ prevResult });
    assertEquals([conf.prevResult, conf.warnings.map(({ key }) => key)], [null, ["prevResult"]]);
  }
  assertEquals(read({ prevResult: null }).warnings, []);
});

Deno.test("readConfig() returns or throws a CniError, whatever the text", () => {
  const almost = fc.record({
    cniVersion: fc.constantFrom("1.0.0", "0.2.0", 5),
    name: fc.oneof(fc.constant("n"), fc.anything()),
    type: fc.constant("natra"),
    prevResult: fc.jsonValue(),
    runtimeConfig: fc.jsonValue(),
    attach: fc.jsonValue(),
    "cni.dev/valid-attachments": fc.jsonValue(),
  }, { requiredKeys: [] }).map((value) => {
    try {
      return JSON.stringify(value);
    } catch {
      return "{}";
    }
  });
  fc.assert(fc.property(fc.oneof(anyText(), fc.json(), almost), (text) => {
    try {
      readConfig(text);
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
    }
  }));
});
