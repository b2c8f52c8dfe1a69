import fc from "fast-check";
import {
  BUCKETS,
  type DirectionLimit,
  FIELD_NAMES,
  type FieldName,
  MICE,
  PACER_CHOICES,
  SKETCH_BYTES,
} from "../../src/natra/limits/fields.ts";
import { type LimitForm, withField } from "../../src/natra/limits/form.ts";
import { decideLimits } from "../../src/natra/limits/limits.ts";

/**
 * A limit as an annotation decides it.
 *
 * @param annotation A rate in bits/s, for example `10M`, or the annotation's JSON form.
 */
export function limitOf(annotation: string): DirectionLimit {
  const { limits } = decideLimits({
    annotations: { "natra.io/ingress-bandwidth": annotation },
    runtimeBandwidth: undefined,
    conf: {},
    maxSketchBytes: SKETCH_BYTES.max,
  });
  if (limits.ingress === null) throw new Error(`Failed to decide the limit "${annotation}"`);
  return limits.ingress;
}

/** Any limit that a pod can have: rates from 1k to 1P evenly on a logarithmic scale. */
export function anyLimit(): fc.Arbitrary<DirectionLimit> {
  const rate = fc.tuple(fc.integer({ min: 3, max: 14 }), fc.integer({ min: 1000, max: 10_000 }))
    .map(([magnitude, digits]) => 10n ** BigInt(magnitude) * BigInt(digits) / 1000n);
  const fields: Readonly<Record<FieldName, fc.Arbitrary<unknown>>> = {
    rate: rate.map(String),
    burst: fc.bigInt({ min: 1n, max: 10n ** 15n }).map(String),
    bucket: fc.constantFrom(...BUCKETS),
    mice: fc.constantFrom(...MICE),
    pacer: fc.constantFrom(...PACER_CHOICES),
    width: fc.integer({ min: 6, max: 16 }).map((shift) => 2 ** shift),
    depth: fc.integer({ min: 1, max: 8 }),
    threshold: fc.option(fc.bigInt({ min: 1n, max: 2n ** 40n }).map(String), { nil: undefined }),
  };
  return fc.record(fields).map((values) =>
    limitOf(JSON.stringify(
      FIELD_NAMES.reduce<LimitForm>((form, name) => withField(form, name, values[name]), {}),
    ))
  );
}
