import { isObject } from "../../base/json.ts";
import { quoteValue } from "../../base/log/quote.ts";
import { type Direction, DIRECTIONS } from "../../pod/direction.ts";
import { parseAnnotation } from "./annotation.ts";
import { type ParsedLimit, readField } from "./request.ts";

/**
 * The configuration's keys about limits: for each direction those of the bandwidth plugin (bits per second,
 * and bits) and a default in the annotation's form; then the default pacer.
 */
const CONF_KEYS = [
  ...DIRECTIONS.flatMap((direction) => [`${direction}Rate`, `${direction}Burst`, direction] as const),
  "pacer",
] as const;

/** The configuration's values of those keys, as in the JSON. */
export type LimitConf = { readonly [K in (typeof CONF_KEYS)[number]]?: unknown };

/** Picks the keys about limits out of natra's entry in a list. */
export function limitConf(keys: ReadonlyMap<string, unknown>): LimitConf {
  return Object.fromEntries(CONF_KEYS.map((key) => [key, keys.get(key)]));
}

/**
 * The sources that stay the same while a pod lives: the CNI configuration at its ADD. A record keeps them.
 */
export interface ConfAtAdd {
  readonly conf: LimitConf;
  /** Maximum size of one direction's sketch. */
  readonly maxSketchBytes: number;
}

/** All sources of a pod's limits, untrusted. */
export interface LimitSources extends ConfAtAdd {
  /** The pod's annotations; null if the runtime passes none. */
  readonly annotations: Readonly<Record<string, string>> | null;
  /**
   * Its namespace's annotations, defaults for its pods; absent where they are unknown, as at a pod's start.
   */
  readonly namespaceAnnotations?: Readonly<Record<string, string>>;
  /** `runtimeConfig.bandwidth`, capitalised (containerd) or camel case (the specification). */
  readonly runtimeBandwidth: unknown;
}

/** The annotations' prefixes, highest priority first. */
const PREFIXES = ["natra.io", "kubernetes.io"] as const;

/** Whether an annotation is about limits. */
export function isLimitAnnotation(key: string): boolean {
  return PREFIXES.some((prefix) => DIRECTIONS.some((direction) => key === keyOf(prefix, direction)));
}

function keyOf(prefix: string, direction: string): string {
  return `${prefix}/${direction}-bandwidth`;
}

/** What runtimes pass as the burst, in bits, if the pod sets none. */
const UNSET_BURST = 4294967295n;

/** Reads every source of one direction that is there, highest priority first. */
export function readSources(direction: Direction, sources: LimitSources): ParsedLimit[] {
  const { annotations, conf } = sources;
  const parsed: ParsedLimit[] = [];
  parsed.push(...readAnnotations(direction, annotations ?? {}, "annotation"));
  parsed.push(readRuntimeBandwidth(direction, sources.runtimeBandwidth));
  parsed.push(...readAnnotations(direction, sources.namespaceAnnotations ?? {}, "namespace annotation"));
  parsed.push(readPlainKeys(
    `configuration ${direction}Rate`,
    { key: `configuration ${direction}Rate`, value: conf[`${direction}Rate`] },
    { key: `configuration ${direction}Burst`, value: conf[`${direction}Burst`] },
  ));
  const fallback = conf[direction];
  if (fallback !== undefined && fallback !== null) {
    parsed.push(parseAnnotation(fallback, `configuration ${direction}`));
  }
  if (conf.pacer !== undefined) {
    const last: ParsedLimit = { source: "configuration pacer", request: {}, faults: [] };
    readField(last, "pacer", last.source, conf.pacer);
    parsed.push(last);
  }
  return parsed;
}

function readAnnotations(
  direction: Direction,
  annotations: Readonly<Record<string, string>>,
  what: string,
): ParsedLimit[] {
  return PREFIXES.map((prefix) => keyOf(prefix, direction))
    .filter((key) => Object.hasOwn(annotations, key))
    .map((key) => parseAnnotation(annotations[key], `${what} ${key}`));
}

function readRuntimeBandwidth(direction: Direction, bandwidth: unknown): ParsedLimit {
  const source = "runtimeConfig.bandwidth";
  if (bandwidth === undefined || bandwidth === null) return { source, request: {}, faults: [] };
  if (!isObject(bandwidth)) {
    const given = quoteValue(bandwidth);
    return {
      source,
      request: {},
      faults: [{ field: "rate", key: source, given, why: "it must be an object" }],
    };
  }
  const values = new Map<string, unknown>(Object.entries(bandwidth));
  const capitalised = direction === "ingress" ? "Ingress" : "Egress";
  const pick = (what: string): { key: string; value: unknown } => {
    const key = values.has(direction + what) ? direction + what : capitalised + what;
    return { key: `${source}.${key}`, value: values.get(key) };
  };
  const parsed = readPlainKeys(source, pick("Rate"), pick("Burst"));
  if (parsed.request.burst?.value === UNSET_BURST) delete parsed.request.burst;
  return parsed;
}

/** Reads a rate and a burst in the bandwidth plugin's form, where zero means "not given". */
function readPlainKeys(
  source: string,
  rate: { key: string; value: unknown },
  burst: { key: string; value: unknown },
): ParsedLimit {
  const parsed: ParsedLimit = { source, request: {}, faults: [] };
  if (rate.value !== undefined && rate.value !== null) readField(parsed, "rate", rate.key, rate.value);
  if (burst.value !== undefined && burst.value !== null) readField(parsed, "burst", burst.key, burst.value);
  if (parsed.request.rate?.value === 0n) delete parsed.request.rate;
  if (parsed.request.burst?.value === 0n) delete parsed.request.burst;
  return parsed;
}
