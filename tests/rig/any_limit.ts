import fc from "fast-check";
import { BUCKETS, MICE, PACERS } from "../../src/natra/limits/request.ts";
import { decideLimits, type DirectionLimit } from "../../src/natra/limits/limits.ts";

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
    maxSketchBytes: 4_194_304,
  });
  if (limits.ingress === null) throw new Error(`Failed to decide the limit "${annotation}"`);
  return limits.ingress;
}

/** Any limit that a pod can have: rates from 1k to 1P evenly on a logarithmic scale. */
export function anyLimit(): fc.Arbitrary<DirectionLimit> {
  const rate = fc.tuple(fc.integer({ min: 3, max: 14 }), fc.integer({ min: 1000, max: 10_000 }))
    .map(([magnitude, digits]) => 10n ** BigInt(magnitude) * BigInt(digits) / 1000n);
  return fc.record({
    rate,
    burst: fc.bigInt({ min: 1n, max: 10n ** 15n }),
    bucket: fc.constantFrom(...BUCKETS),
    mice: fc.constantFrom(...MICE),
    pacer: fc.constantFrom(...PACERS),
    width: fc.integer({ min: 6, max: 16 }).map((shift) => 2 ** shift),
    depth: fc.integer({ min: 1, max: 8 }),
    threshold: fc.option(fc.bigInt({ min: 1n, max: 2n ** 40n })),
  }).map(({ rate, burst, bucket, mice, pacer, width, depth, threshold }) =>
    limitOf(JSON.stringify({
      rate: String(rate),
      burst: String(burst),
      bucket,
      mice,
      pacer,
      cms: { width, depth, ...(threshold === null ? {} : { heavyHitterThreshold: String(threshold) }) },
    }))
  );
}
