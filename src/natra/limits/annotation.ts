import { isObject } from "../../base/json.ts";
import { quote, quoteValue } from "../../base/log/quote.ts";
import { FIELD_NAMES, type FieldName, fieldOf } from "./fields.ts";
import { type ParsedLimit, readField } from "./request.ts";

/**
 * Maximum length of a JSON form that is parsed, in UTF-16 units. Kubernetes allows 256 KiB for all
 * annotations.
 */
const MAX_JSON = 64 * 1024;

/** How many unknown keys are named one by one; the rest are counted. */
const MAX_UNKNOWN = 8;

/** The fields by their keys in the JSON form itself, and in its `cms` object. */
const KEYS = keysOf(undefined);
const CMS_KEYS = keysOf("cms");

function keysOf(inside: "cms" | undefined): ReadonlyMap<string, FieldName> {
  const names = FIELD_NAMES.filter((name) => fieldOf(name).inside === inside);
  return new Map(names.map((name) => [fieldOf(name).key, name]));
}

/**
 * Reads what an annotation says about one direction: a plain rate (`10M`) or the JSON form
 * (`{"rate":"10M","cms":{"width":2048}}`). The configuration's defaults have the same forms.
 *
 * @param value The annotation's text; in a configuration also the JSON object itself, or a number of bits
 *   per second.
 * @param source Where it stands, e.g. `annotation natra.io/ingress-bandwidth`.
 * @returns What could be read, and what could not. Nothing is clamped yet. It never throws.
 */
export function parseAnnotation(value: unknown, source: string): ParsedLimit {
  const parsed: ParsedLimit = { source, request: {}, faults: [] };
  if (typeof value === "string" && value.trimStart().startsWith("{")) {
    const read = parseObject(value);
    if (typeof read === "string") {
      parsed.faults.push({ field: "rate", key: source, given: quote(value), why: read });
    } else readObject(parsed, read, source);
  } else if (isObject(value)) {
    readObject(parsed, value, source);
  } else {
    readField(parsed, "rate", source, value);
  }
  return parsed;
}

/** Parses the JSON form. @returns The object, or why there is none. */
function parseObject(text: string): object | string {
  if (text.length > MAX_JSON) return `it is longer than ${MAX_JSON} characters`;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : "it is not a JSON object";
  } catch {
    return "it is not valid JSON";
  }
}

function readObject(parsed: ParsedLimit, object: object, source: string): void {
  const unknown: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    const field = KEYS.get(key);
    if (field !== undefined) readField(parsed, field, `${source}: ${key}`, value);
    else if (key !== "cms") unknown.push([key, value]);
    else if (isObject(value)) readSketch(parsed, value, source, unknown);
    else {parsed.faults.push({
        field: "width",
        key: `${source}: cms`,
        given: quoteValue(value),
        why: "it must be an object",
      });}
  }
  for (const [key, value] of unknown.slice(0, MAX_UNKNOWN)) {
    parsed.faults.push({
      field: null,
      key: `${source}: ${quote(key)}`,
      given: quoteValue(value),
      why: "the key is unknown",
    });
  }
  if (unknown.length > MAX_UNKNOWN) {
    const given = `${unknown.length - MAX_UNKNOWN} more keys`;
    parsed.faults.push({ field: null, key: source, given, why: "the keys are unknown" });
  }
}

function readSketch(parsed: ParsedLimit, cms: object, source: string, unknown: [string, unknown][]): void {
  for (const [key, value] of Object.entries(cms)) {
    const field = CMS_KEYS.get(key);
    if (field === undefined) unknown.push([`cms.${key}`, value]);
    else readField(parsed, field, `${source}: cms.${key}`, value);
  }
}
