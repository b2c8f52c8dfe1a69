/**
 * Invisible characters that change what a terminal or an editor shows: DEL and C1 controls, line and
 * paragraph separators, marks of writing direction, zero-width marks. JSON does not escape them.
 */
// deno-fmt-ignore
const INVISIBLE = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text that needs no escape: printable ASCII without backslashes. */
const PLAIN = /^[ -[\]-~]*$/;

/**
 * Escapes invisible characters as JSON does, such as `\u202e`. JSON stays valid JSON, because it has such
 * characters only inside strings.
 */
export function escapeInvisible(text: string): string {
  return text.replace(INVISIBLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Quotes untrusted text for a message: it is escaped, so that it cannot forge a log line or colour a
 * terminal, and cut.
 *
 * @param text May be megabytes long.
 * @param max Maximum length of the result in UTF-16 units, without quotes and ellipsis.
 * @returns The text between double quotes, with `…` before the closing quote if it was cut.
 */
export function quote(text: string, max = 80): string {
  return `"${escapeAll(text, max, "")}"`;
}

/**
 * Escapes untrusted text as {@linkcode quote} does, except double quotes: for places where they mean nothing,
 * such as a table's cells.
 *
 * @param text May be megabytes long.
 * @param max Maximum length of the result in UTF-16 units, without the ellipsis.
 * @returns The text on one line, without control sequences, with `…` at its end if it was cut.
 */
export function escapeText(text: string, max = 80): string {
  return text.length <= max && PLAIN.test(text) ? text : escapeAll(text, max, '"');
}

/** @param plain Characters that are not escaped. */
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
 * Describes an untrusted value of any type for a message. Objects and lists are named, not printed: they may
 * be deep enough to exhaust the stack.
 *
 * @returns A short text: strings quoted, numbers and booleans as they are.
 */
export function quoteValue(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
