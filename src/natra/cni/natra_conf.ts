import * as v from "valibot";
import { type Level, LEVELS } from "../../base/log/line.ts";
import { quoteValue } from "../../base/log/quote.ts";
import type { Warning } from "../../base/log/warning.ts";

/** Where programs are attached; `auto` takes tcx where the kernel has it, else clsact. */
export const ATTACH_MODES = ["auto", "tcx", "clsact", "podside", "clsact-podside"] as const;
/** One of them. */
export type AttachMode = (typeof ATTACH_MODES)[number];

/** What holds the rate; `auto` is decided on the node. */
export const PACER_CHOICES = ["auto", "htb", "edt", "police"] as const;
/** One of them. */
export type PacerChoice = (typeof PACER_CHOICES)[number];

/** The keys of the configuration that are natra's own, and not about what a pod is held to. */
export interface OwnKeys {
  readonly attach: AttachMode;
  readonly pacer: PacerChoice;
  /** Seconds that one step of an ADD or DEL may take. */
  readonly timeout: number;
  /** Absolute path of the log file. */
  readonly logFile: string;
  readonly logLevel: Level;
  /** The most that one direction's sketch may take, in bytes. */
  readonly maxSketchBytes: number;
}

/** What holds where the configuration says nothing, or nothing that can be used. */
export const DEFAULTS: OwnKeys = Object.freeze({
  attach: "auto",
  pacer: "auto",
  timeout: 10,
  logFile: "/var/log/natra/natra.log",
  logLevel: "info",
  maxSketchBytes: 65_536,
});

/** What each key must be. Made only for the keys that are there: making them all costs a pod's start half a millisecond. */
const SCHEMAS = {
  attach: () => v.picklist(ATTACH_MODES, `it must be one of ${ATTACH_MODES.join(", ")}`),
  pacer: () => v.picklist(PACER_CHOICES, `it must be one of ${PACER_CHOICES.join(", ")}`),
  timeout: () => between(1, 300, "seconds"),
  logFile: () => absolutePath("it must be the absolute path of a file"),
  logLevel: () => v.picklist(LEVELS, `it must be one of ${LEVELS.join(", ")}`),
  // From one row of 64 cells to 8 rows of 65,536 cells, of 8 bytes each.
  maxSketchBytes: () => between(512, 4_194_304, "bytes"),
} satisfies { [K in keyof OwnKeys]: () => v.GenericSchema<unknown, OwnKeys[K]> };

/**
 * Reads natra's own keys. A bad value is a warning and the default, never an error: a typing mistake in a node's
 * configuration must not keep its pods from starting.
 *
 * @param conf The configuration's values by key; a value of null counts as absent.
 * @param warn Told of each value that cannot be used.
 * @returns The values, or their defaults.
 */
export function readOwnKeys(conf: ReadonlyMap<string, unknown>, warn: (warning: Warning) => void): OwnKeys {
  const read = <T extends string | number>(
    key: keyof OwnKeys,
    schema: () => v.GenericSchema<unknown, T>,
    fallback: T,
  ): T => {
    const value = conf.get(key);
    if (value === undefined || value === null) return fallback;
    const result = v.safeParse(schema(), value);
    if (result.success) return result.output;
    const why = result.issues[0].message;
    warn({ key: `configuration ${key}`, given: quoteValue(value), used: String(fallback), why });
    return fallback;
  };
  return {
    attach: read("attach", SCHEMAS.attach, DEFAULTS.attach),
    pacer: read("pacer", SCHEMAS.pacer, DEFAULTS.pacer),
    timeout: read("timeout", SCHEMAS.timeout, DEFAULTS.timeout),
    logFile: read("logFile", SCHEMAS.logFile, DEFAULTS.logFile),
    logLevel: read("logLevel", SCHEMAS.logLevel, DEFAULTS.logLevel),
    maxSketchBytes: read("maxSketchBytes", SCHEMAS.maxSketchBytes, DEFAULTS.maxSketchBytes),
  };
}

function between(min: number, max: number, unit: string): v.GenericSchema<unknown, number> {
  const rule = `it must be a number of ${unit} from ${min} to ${max}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule));
}

function absolutePath(rule: string): v.GenericSchema<unknown, string> {
  return v.pipe(v.string(rule), v.regex(/^\/[^\0]*[^\0/]$/, rule));
}
