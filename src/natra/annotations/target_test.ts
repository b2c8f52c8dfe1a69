import { assertEquals } from "@std/assert";
import type { ConfAtAdd } from "../limits/sources.ts";
import { decideLimits } from "../limits/limits.ts";
import type { DirectionLimit, Limits } from "../limits/fields.ts";
import { SOURCE as BY_HAND } from "../commands/limit/wanted.ts";
import type { Annotated } from "./node_view.ts";
import { fingerprint, isSameLimits, limitsFromAnnotations, targetLimits } from "./target.ts";

const KEY = "natra.io/ingress-bandwidth";
const CONF_AT_ADD: ConfAtAdd = { conf: { ingress: "50M" }, maxSketchBytes: 65_536 };

/** Ingress limits from these annotations of a pod and of its namespace. */
function wanted(
  own: string | null,
  general: string | null = null,
  confAtAdd: ConfAtAdd | null = null,
): Limits {
  const object = (value: string | null): Annotated => ({
    metadata: {
      name: "x",
      namespace: "",
      uid: "1",
      resourceVersion: "1",
      annotations: value === null ? {} : { [KEY]: value },
    },
  });
  return limitsFromAnnotations({ pod: object(own), namespace: object(general) }, confAtAdd).limits;
}

/** A limit as it may be held: from a source, maybe with another sketch. */
function held(rate: string, source: string, more: Partial<DirectionLimit> = {}): Limits {
  const { limits } = decideLimits({
    annotations: { [KEY]: rate },
    runtimeBandwidth: undefined,
    conf: {},
    maxSketchBytes: 65_536,
  });
  const { ingress } = limits;
  return { egress: null, ingress: ingress === null ? null : { ...ingress, source, ...more } };
}

const NONE: Limits = { ingress: null, egress: null };
/** What ingress is to be held to. */
function target(want: Limits, have: Limits, before: Limits | null, isConfKnown = true): string {
  const { ingress } = targetLimits({
    wanted: want,
    held: have,
    before: before === null ? null : fingerprint(before),
    isConfKnown,
  });
  return ingress === null ? "none" : `${ingress.rate / 1_000_000n}M ${ingress.width}`;
}

Deno.test("limitsFromAnnotations() asks the pod, its namespace, and what the configuration said", () => {
  const rate = (limits: Limits): bigint | undefined => limits.ingress?.rate;
  assertEquals(rate(wanted("10M", "30M", CONF_AT_ADD)), 10_000_000n);
  assertEquals(rate(wanted(null, "30M", CONF_AT_ADD)), 30_000_000n);
  assertEquals(rate(wanted(null, null, CONF_AT_ADD)), 50_000_000n);
  assertEquals(rate(wanted(null)), undefined);
});

Deno.test("what is wanted is done at the first look, and when it changes", () => {
  const [ten, twenty] = [wanted("10M"), wanted("20M")];
  assertEquals(target(ten, NONE, null), "10M 1024");
  assertEquals(target(twenty, ten, null), "20M 1024");
  assertEquals(target(twenty, ten, ten), "20M 1024");
  assertEquals(target(NONE, ten, ten), "none");
  assertEquals(target(NONE, held("10M", "runtimeConfig.bandwidth"), null), "none");
});

Deno.test("a limit that was set by hand stays until the annotations ask for another", () => {
  const [ten, hand] = [wanted("10M"), held("3M", BY_HAND)];
  assertEquals(target(ten, hand, null), "3M 1024");
  assertEquals(target(ten, hand, ten), "3M 1024");
  assertEquals(target(ten, NONE, ten), "none"); // taken off by hand
  assertEquals(target(wanted("11M"), hand, ten), "11M 1024");
});

Deno.test("a default of an unknown configuration is not removed", () => {
  const configured = held("50M", "configuration ingress");
  assertEquals(target(NONE, configured, null, false), "50M 1024");
  assertEquals(target(NONE, configured, wanted("10M"), false), "50M 1024");
  assertEquals(target(NONE, held("50M", `annotation ${KEY}`), null, false), "none");
  assertEquals(target(NONE, held("50M", `namespace annotation ${KEY}`), null, false), "none");
  assertEquals(target(wanted("10M"), configured, null, false), "10M 1024");
});

Deno.test("a sketch that has grown stays, unless something else is wanted too", () => {
  const [ten, grown] = [wanted("10M"), held("10M", `annotation ${KEY}`, { width: 4096 })];
  assertEquals(target(ten, grown, null), "10M 4096");
  assertEquals(target(wanted("20M"), grown, null), "20M 1024");
  const larger = wanted('{"rate":"10M","cms":{"width":8192}}', null, { conf: {}, maxSketchBytes: 1_000_000 });
  assertEquals(target(larger, grown, null), "10M 8192");
});

Deno.test("isSameLimits() ignores the sources", () => {
  assertEquals(isSameLimits(held("10M", "a"), held("10M", "b")), true);
  assertEquals(isSameLimits(held("10M", "a"), held("10M", "a", { threshold: 7n })), false);
  assertEquals([isSameLimits(NONE, held("10M", "a")), isSameLimits(NONE, NONE)], [false, true]);
});
