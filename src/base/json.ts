/** The original JSON text of a number that JavaScript cannot represent, or would print differently. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | RawNumber | readonly JsonValue[] | JsonObject;

/** A JSON object; its keys are untrusted, so use `Object.hasOwn` before reading one. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Maximum nesting of a text: far more than any CNI result has, far less than would exhaust the stack. */
const MAX_DEPTH = 256;

/** The part of ECMAScript's "JSON.parse source text access" that TypeScript 5.9 does not declare yet. */
interface SourceTextAccess {
  parse(
    text: string,
    reviver: (key: string, value: JsonValue, context: { source?: string }) => JsonValue,
  ): JsonValue;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
}

const json = JSON as JSON & SourceTextAccess;

/**
 * Parses JSON so that `JSON.stringify` writes every number as it was written: `1.0`, `1e400` and integers
 * beyond 2^53 keep their text. Numbers that survive as they are stay numbers.
 *
 * @throws {SyntaxError} If the text is not JSON, or nests deeper than 256 levels.
 */
export function parseExact(text: string): JsonValue {
  if (isDeeper(text, MAX_DEPTH)) throw new SyntaxError(`JSON nests deeper than ${MAX_DEPTH} levels`);
  return json.parse(text, (_key: string, value: JsonValue, context: { source?: string }) => {
    if (typeof value !== "number" || context.source === undefined || context.source === String(value)) {
      return value;
    }
    return json.rawJSON(context.source);
  });
}

/** Whether a value is an object: neither a list nor a number kept as text. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !json.isRawJSON(value);
}

/** Whether it is an object, and not a list. Its keys are untrusted. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Copies a value of {@linkcode parseExact} as `JSON.parse` would have made it: numbers kept as text become
 * plain numbers.
 */
export function toPlain(value: JsonValue): unknown {
  if (json.isRawJSON(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPlain(inner)]));
}

/** Measures the nesting before parsing, because parsing and writing both recurse. */
function isDeeper(text: string, max: number): boolean {
  // Nearly every text has fewer brackets than that, and counting them is much cheaper than matching them.
  if (text.split("[").length + text.split("{").length <= max) return false;
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > max) return true;
  }
  return false;
}
