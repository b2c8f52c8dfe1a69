import { parseAnnotation } from "../../limits/annotation.ts";
import { decideLimits, type DirectionLimit, type Limits, type Warning } from "../../limits/limits.ts";
import type { Fields } from "../../limits/request.ts";
import { type Direction, DIRECTIONS } from "../../../registry/names.ts";
import type { Options } from "../../../cli/options.ts";
import { UsageError } from "../../../cli/output.ts";

/** Who set a limit that a command line asks for. */
export const SOURCE = "natra limit";
/** What a sketch may take here: whoever types its size knows what for. */
const MOST_SKETCH_BYTES = 4_194_304;
const OFF = ["off", "none"];

/** The options that set a knob, as the annotation's JSON form names it; those of the sketch stand in its `cms`. */
export const KNOBS = ["burst", "bucket", "mice", "pacer"] as const;
export const SKETCH_KNOBS = ["width", "depth", "threshold"] as const;
const ALL_KNOBS: readonly (keyof Fields)[] = [...KNOBS, ...SKETCH_KNOBS];

/** What a command line asks for. */
export interface WantedLimits {
  readonly limits: Limits;
  /** What is not done as it was typed: it lies outside of what is possible. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads what a pod is to be held to. What a command line leaves out stays as it is; only the burst goes with the rate.
 *
 * @param now What the pod is held to.
 * @throws {UsageError} That names the value which cannot be used.
 */
export function wantedLimits(options: Options, now: Limits): WantedLimits {
  const named = DIRECTIONS.filter((direction) => options.string(direction) !== undefined);
  const turned = ALL_KNOBS.some((name) => options.string(name) !== undefined);
  if (named.length === 0 && !turned) {
    throw new UsageError("Say what to change: --ingress, --egress, or a knob such as --width");
  }
  if (named.length === 0 && DIRECTIONS.every((direction) => now[direction] === null)) {
    throw new UsageError("The pod has no limit yet: give --ingress, --egress or both");
  }
  const warnings: Warning[] = [];
  const decide = (direction: Direction): DirectionLimit | null => {
    const held = now[direction];
    const meant = named.length > 0 ? named.includes(direction) : held !== null;
    return meant ? wantedLimit(direction, options, held, warnings) : held;
  };
  return { limits: { ingress: decide("ingress"), egress: decide("egress") }, warnings };
}

function wantedLimit(
  direction: Direction,
  options: Options,
  now: DirectionLimit | null,
  warnings: Warning[],
): DirectionLimit | null {
  const text = options.string(direction);
  if (text !== undefined && OFF.includes(text)) return null;
  if (text !== undefined) refuseFaults(text, direction, options);
  const whole = JSON.stringify(withKnobs(text === undefined ? goesOn(now) : formOf(text, now), options));
  refuseFaults(whole, direction, options);
  const decided = decideLimits({
    annotations: { [`natra.io/${direction}-bandwidth`]: whole },
    runtimeBandwidth: undefined,
    conf: {},
    maxSketchBytes: MOST_SKETCH_BYTES,
  });
  for (const warning of decided.warnings) {
    const key = warning.key.replace(/^annotation natra\.io\/\w+-bandwidth/, `--${direction}`);
    warnings.push({ ...warning, key });
  }
  const limit = decided.limits[direction];
  if (limit === null) throw new UsageError(`Option --${direction} gives no rate`);
  return { ...limit, source: SOURCE };
}

/** The annotation's JSON form of what an option says: a plain rate keeps what else holds now. */
function formOf(text: string, now: DirectionLimit | null): Readonly<Record<string, unknown>> {
  if (text.trimStart().startsWith("{")) return JSON.parse(text);
  const { burst: _ofTheRate, ...rest } = goesOn(now);
  return { ...rest, rate: text };
}

/** What holds now, in the annotation's JSON form. */
function goesOn(now: DirectionLimit | null): Readonly<Record<string, unknown>> {
  if (now === null) return {};
  const { rate, burst, bucket, mice, pacer, width, depth, threshold } = now;
  const heavy = threshold === null ? {} : { heavyHitterThreshold: String(threshold) };
  return {
    rate: String(rate),
    burst: String(burst * 8n),
    bucket,
    mice,
    pacer,
    cms: { width, depth, ...heavy },
  };
}

function withKnobs(form: Readonly<Record<string, unknown>>, options: Options): Record<string, unknown> {
  const given = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.flatMap((name) => {
      const value = options.string(name);
      return value === undefined ? [] : [[name === "threshold" ? "heavyHitterThreshold" : name, value]];
    }));
  const cms = typeof form["cms"] === "object" ? form["cms"] : {};
  return { ...form, ...given(KNOBS), cms: { ...cms, ...given(SKETCH_KNOBS) } };
}

/** What an annotation may say by mistake, and is passed over then, a command line may not. */
function refuseFaults(text: string, direction: Direction, options: Options): void {
  const [fault] = parseAnnotation(text, `--${direction}`).faults;
  if (fault === undefined) return;
  const { field } = fault;
  const isOption = field !== null && ALL_KNOBS.includes(field) && options.string(field) !== undefined;
  throw new UsageError(`Bad value ${fault.given} for ${isOption ? `--${field}` : fault.key}: ${fault.why}`);
}
