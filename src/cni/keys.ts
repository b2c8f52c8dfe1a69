/** Keys of a network configuration whose bad values must not keep a pod from starting. */
import * as v from "valibot";
import { quoteValue } from "../base/log/quote.ts";
import type { Warning } from "../base/log/warning.ts";

/**
 * Makes the schema of each key's value. A function, because building a schema delays a pod's start, and most
 * keys are absent.
 */
export type Schemas<Values> = {
  readonly [Key in keyof Values]: () => v.GenericSchema<unknown, NonNullable<Values[Key]>>;
};

/**
 * Reads keys. A bad value is a warning and the default, never an error.
 *
 * @param conf The configuration's values by key; a value of null counts as absent.
 * @param warn Called for each value that cannot be used.
 * @returns The values, or their defaults.
 */
export function readKeys<Values extends Readonly<Record<string, string | number | null>>>(
  conf: ReadonlyMap<string, unknown>,
  schemas: Schemas<Values>,
  defaults: Values,
  warn: (warning: Warning) => void,
): Values {
  const values = { ...defaults };
  for (const key of keysOf(schemas)) {
    const value = conf.get(key);
    if (value === undefined || value === null) continue;
    const result = v.safeParse(schemas[key](), value);
    if (result.success) values[key] = result.output;
    else {
      const used = String(defaults[key] ?? "the default");
      warn({ key: `configuration ${key}`, given: quoteValue(value), used, why: result.issues[0].message });
    }
  }
  return values;
}

function keysOf<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object) as (keyof T & string)[];
}

/** One of the given words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
): v.GenericSchema<unknown, Words[number]> {
  return v.picklist(words, `it must be one of ${words.join(", ")}`);
}

/**
 * A whole number.
 *
 * @param unit What it counts, for the message: "it must be a number of UNIT from MIN to MAX".
 */
export function between(min: number, max: number, unit: string): v.GenericSchema<unknown, number> {
  const rule = `it must be a number of ${unit} from ${min} to ${max}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule));
}

/** The absolute path of a file. */
export function absolutePath(rule: string): v.GenericSchema<unknown, string> {
  return v.pipe(v.string(rule), v.regex(/^\/[^\0]*[^\0/]$/, rule));
}
