import { parseAnnotation } from "../../limits/annotation.ts";
import { decideLimits } from "../../limits/limits.ts";
import {
  type DirectionLimit,
  FIELD_NAMES,
  type FieldName,
  type Limits,
  SKETCH_BYTES,
} from "../../limits/fields.ts";
import { type LimitForm, toForm, withField } from "../../limits/form.ts";
import type { Warning } from "../../../base/log/warning.ts";
import { byDirection, type Direction, DIRECTIONS } from "../../../pod/direction.ts";
import type { Options } from "../../../cli/options.ts";
import { UsageError } from "../../../cli/output.ts";

/** The source of a limit that was set on the command line. */
export const SOURCE = "natra limit";
const OFF = ["off", "none"];

/** A field of a limit that has an option of its own; the rate is what `--ingress` and `--egress` give. */
export type Knob = Exclude<FieldName, "rate">;
const KNOBS = FIELD_NAMES.filter((name): name is Knob => name !== "rate");

/** What the command line asks for. */
export interface WantedLimits {
  readonly limits: Limits;
  /** Values that were clamped. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads a pod's new limits from the command line. What it does not name stays as it is, except that the burst
 * changes with the rate.
 *
 * @param now The pod's limits.
 * @throws {UsageError} That names the value that cannot be used.
 */
export function wantedLimits(options: Options, now: Limits): WantedLimits {
  const named = DIRECTIONS.filter((direction) => options.string(direction) !== undefined);
  const turned = KNOBS.some((name) => options.string(name) !== undefined);
  if (named.length === 0 && !turned) {
    throw new UsageError("Nothing to change: give --ingress, --egress, or a knob such as --width");
  }
  if (named.length === 0 && DIRECTIONS.every((direction) => now[direction] === null)) {
    throw new UsageError("The pod has no limit yet: give --ingress, --egress or both");
  }
  const warnings: Warning[] = [];
  const decide = (direction: Direction): DirectionLimit | null => {
    const held = now[direction];
    const isMeant = named.length > 0 ? named.includes(direction) : held !== null;
    return isMeant ? wantedLimit(direction, options, held, warnings) : held;
  };
  return { limits: byDirection(decide), warnings };
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
  const whole = JSON.stringify(withKnobs(text === undefined ? formNow(now) : formOf(text, now), options));
  refuseFaults(whole, direction, options);
  const decided = decideLimits({
    annotations: { [`natra.io/${direction}-bandwidth`]: whole },
    runtimeBandwidth: undefined,
    conf: {},
    maxSketchBytes: SKETCH_BYTES.max, // an explicit size is not clamped to the configuration's maximum
  });
  for (const warning of decided.warnings) {
    const key = warning.key.replace(/^annotation natra\.io\/\w+-bandwidth/, `--${direction}`);
    warnings.push({ ...warning, key });
  }
  const limit = decided.limits[direction];
  if (limit === null) throw new UsageError(`Option --${direction} gives no rate`);
  return { ...limit, source: SOURCE };
}

/** The JSON form of an option's value: a plain rate keeps the other fields of the limit. */
function formOf(text: string, now: DirectionLimit | null): LimitForm {
  if (text.trimStart().startsWith("{")) return JSON.parse(text);
  // The burst changes with the rate.
  return withField(withField(formNow(now), "burst", undefined), "rate", text);
}

function formNow(now: DirectionLimit | null): LimitForm {
  return now === null ? {} : toForm(now);
}

function withKnobs(form: LimitForm, options: Options): LimitForm {
  return KNOBS.reduce((whole, name) => {
    const value = options.string(name);
    return value === undefined ? whole : withField(whole, name, value);
  }, form);
}

/** Throws for a value that an annotation's reader would skip with a warning. */
function refuseFaults(text: string, direction: Direction, options: Options): void {
  const [fault] = parseAnnotation(text, `--${direction}`).faults;
  if (fault === undefined) return;
  const { field } = fault;
  const isOption = field !== null && field !== "rate" && options.string(field) !== undefined;
  throw new UsageError(`Bad value ${fault.given} for ${isOption ? `--${field}` : fault.key}: ${fault.why}`);
}
