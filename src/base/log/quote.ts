/**
 * Characters that change what a terminal or an editor shows without being seen: DEL and C1 controls, line and
 * paragraph separators, the marks that turn the writing direction, zero-width marks. JSON leaves them as they are.
 */
// deno-fmt-ignore
const INVISIBLE = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** What needs no escape: printable ASCII but backslashes. */
const PLAIN = /^[ -[\]-~]*$/;

/**
 * Writes invisible characters as JSON escapes them, such as `\u202e`. The text stays valid JSON if it was JSON: such characters stand only
 * inside its strings.
 *
 * @param text Any text, usually the output of `JSON.stringify`.
 * @returns The text with every invisible character escaped.
 */
export function escapeInvisible(text: string): string {
  return text.replace(INVISIBLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Quotes untrusted text for a message: escaped, so that it cannot forge a log line or colour a terminal, and cut.
 *
 * @param text The text as it was given; may be megabytes long.
 * @param max The longest answer, in UTF-16 units, quotes and ellipsis not counted.
 * @returns The text between double quotes, with `…` before the closing quote when it was cut.
 */
export function quote(text: string, max = 80): string {
  return `"${escapeAll(text, max, "")}"`;
}

/**
 * Escapes untrusted text as {@linkcode quote} does, but leaves double quotes as they are: for where they mean nothing, such as a
 * table's cells.
 *
 * @param text The text as it was given; may be megabytes long.
 * @param max The longest answer, in UTF-16 units, the ellipsis not counted.
 * @returns The text on one line, without anything that a terminal obeys, with `…` at its end when it was cut.
 */
export function escapeText(text: string, max = 80): string {
  return text.length <= max && PLAIN.test(text) ? text : escapeAll(text, max, '"');
}

/** @param plain Characters that are left as they are. */
function escapeAll(text: string, max: number, plain: string): string {
  let escaped = "";
  for (const char of text) {
    const safe = plain.includes(char) ? char : escapeInvisible(JSON.stringify(char).slice(1, -1));
    if (escaped.length + safe.length > max) return `${escaped}…`;
    escaped += safe;
  }
  return escaped;
}

/**
 * Describes an untrusted value of any type for a message. Objects and lists are named, not printed: they may be
 * deep enough to exhaust the stack.
 *
 * @param value What was given.
 * @returns A short text: strings quoted, numbers and booleans as they are.
 */
export function quoteValue(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
