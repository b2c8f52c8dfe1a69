import type { Warning } from "../../base/log/warning.ts";
import { byDirection, type Direction } from "../../pod/direction.ts";
import { clampRate, decideBurst, decideSketch, decideThreshold, type Warn } from "./clamp.ts";
import {
  type Asked,
  type Bucket,
  type DirectionLimit,
  type FieldName,
  LIMIT_FIELDS,
  type Limits,
  type PacerChoice,
  showField,
} from "./fields.ts";
import type { Fault, ParsedLimit, Setting } from "./request.ts";
import { type LimitSources, readSources } from "./sources.ts";

/** The limits, and a warning for each value that is not used as given. */
export interface Decision {
  readonly limits: Limits;
  readonly warnings: readonly Warning[];
}

/**
 * Decides a pod's limits from all sources, once.
 *
 * The order, for each direction: the `natra.io` annotation, the `kubernetes.io` annotation,
 * `runtimeConfig.bandwidth`, the namespace's annotations in the same order, the configuration's
 * `ingressRate`/`egressRate`, then its `ingress`/`egress` defaults. If none of them gives a rate, there is no
 * limit. Each other field comes from the first source that gives it, so an annotation may leave out the rate,
 * and a configuration may give defaults for every pod. A burst belongs to a rate: one from a source below the
 * rate's is ignored.
 *
 * A value that cannot be read is left out, and so is a negative rate: the next source applies. Zero means
 * "not given" in the bandwidth plugin's form (`runtimeConfig` and `…Rate`), as it does there; in an
 * annotation it is clamped to the minimum rate.
 *
 * @param sources Untrusted, of any type and size.
 * @returns The limits and the warnings, frozen throughout. It never throws.
 */
export function decideLimits(sources: LimitSources): Decision {
  const warnings: Warning[] = [];
  const warn = (warning: Warning): void => {
    warnings.push(Object.freeze(warning));
  };
  const limits = Object.freeze(byDirection((direction) => decideDirection(direction, sources, warn)));
  return Object.freeze({ limits, warnings: Object.freeze(warnings) });
}

function decideDirection(direction: Direction, sources: LimitSources, warn: Warn): DirectionLimit | null {
  const parsed = readSources(direction, sources);
  const limit = decideLimit(parsed, sources.maxSketchBytes, warn);
  for (const fault of parsed.flatMap(({ faults }) => faults)) {
    warn({ key: fault.key, given: fault.given, used: describeUsed(fault, limit), why: fault.why });
  }
  return limit;
}

function decideLimit(
  parsed: readonly ParsedLimit[],
  maxSketchBytes: number,
  warn: Warn,
): DirectionLimit | null {
  const index = parsed.findIndex(({ request }) => request.rate !== undefined);
  const rateSource = parsed[index];
  const asked = rateSource?.request.rate;
  if (rateSource === undefined || asked === undefined) {
    warnOfMissingRate(parsed, warn);
    return null;
  }
  const rate = clampRate(asked, warn);
  const bucket = first(parsed, "bucket")?.value ?? LIMIT_FIELDS.bucket.fallback;
  return Object.freeze({
    rate,
    burst: decideBurst(rate, first(parsed.slice(0, index + 1), "burst"), warn),
    bucket,
    mice: first(parsed, "mice")?.value ?? LIMIT_FIELDS.mice.fallback,
    pacer: decidePacer(first(parsed, "pacer"), bucket, warn),
    ...decideSketch(first(parsed, "width"), first(parsed, "depth"), maxSketchBytes, warn),
    threshold: decideThreshold(first(parsed, "threshold"), warn),
    source: rateSource.source,
  });
}

/** A class tree enforces one rate; a rate for each heavy flow needs departure times or a policer. */
function decidePacer(asked: Setting<PacerChoice> | undefined, bucket: Bucket, warn: Warn): PacerChoice {
  if (asked?.value !== "htb" || bucket !== "flow") return asked?.value ?? LIMIT_FIELDS.pacer.fallback;
  warn({
    key: asked.key,
    given: asked.given,
    used: "auto",
    why: "htb cannot give each heavy flow a rate of its own",
  });
  return "auto";
}

/**
 * An annotation that sets everything but the rate is likely to be a mistake if no other source gives a rate.
 */
function warnOfMissingRate(parsed: readonly ParsedLimit[], warn: Warn): void {
  const settled = parsed.find(({ source, faults }) =>
    source.startsWith("annotation ") && faults.every(({ field }) => field === null)
  );
  if (settled === undefined) return;
  warn({ key: settled.source, given: "no rate", used: "no limit", why: "no source gives a rate" });
}

/** The setting of the first source that has it. */
function first<F extends FieldName>(
  parsed: readonly ParsedLimit[],
  field: F,
): Setting<Asked<F>> | undefined {
  for (const { request } of parsed) {
    const setting: Setting<Asked<F>> | undefined = request[field];
    if (setting !== undefined) return setting;
  }
  return undefined;
}

/** What is used for a field whose value could not be read. */
function describeUsed(fault: Fault, limit: DirectionLimit | null): string {
  if (fault.field === null) return "nothing";
  if (limit === null) return "no limit";
  const shown = showField(fault.field, limit);
  return fault.field === "rate" ? `${shown} from ${limit.source}` : shown;
}
