import { escapeInvisible } from "./quote.ts";

/** The levels, least severe first. */
export const LEVELS = ["debug", "info", "warn", "error"] as const;
/** How severe a line is. */
export type Level = (typeof LEVELS)[number];

/** Maximum length of a line, its newline included. */
export const MAX_LINE_BYTES = 16 * 1024;

/** How many causes of an error are logged. */
const MAX_CAUSES = 4;

/**
 * UTF-16 units kept of the message and of the fields when a line is too long. A unit takes at most 6 bytes,
 * so such a line is shorter than MAX_LINE_BYTES.
 */
const CUT = 1200;

/**
 * Makes one JSON line: `{"time":…,"level":…,"msg":…,…fields}`.
 *
 * @param message What happened, as a sentence without a full stop.
 * @param fields The values; bigint becomes a decimal string, an Error its message and causes. `time`, `level`
 * and `msg` among them are dropped.
 * @returns At most {@linkcode MAX_LINE_BYTES}, ending in its only newline, without control characters.
 */
export function formatLine(
  level: Level,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
  now: Date = new Date(),
): string {
  const head = { time: now.toISOString(), level, msg: message };
  const rest = encode(fields);
  const line = escapeInvisible(
    rest === null ? encodeCut(head, "fields that cannot be written as JSON") : join(head, rest),
  );
  // A UTF-16 unit is at most 3 bytes of UTF-8, so most lines need not be measured exactly.
  if (line.length * 3 < MAX_LINE_BYTES || new TextEncoder().encode(line).length < MAX_LINE_BYTES) {
    return line + "\n";
  }
  return escapeInvisible(encodeCut(head, rest ?? "")) + "\n";
}

/** Writes the fields as the text of a JSON object; null if they are cyclic or too deep. */
function encode(fields: Readonly<Record<string, unknown>>): string | null {
  const { time: _time, level: _level, msg: _msg, ...own } = fields;
  try {
    return JSON.stringify(own, (_key, value: unknown) => {
      if (typeof value === "bigint") return value.toString();
      return value instanceof Error ? encodeError(value) : value;
    });
  } catch {
    return null;
  }
}

/** Appends the encoded fields to the head, without encoding them a second time. */
function join(head: Record<string, string>, fields: string): string {
  return fields === "{}" ? JSON.stringify(head) : `${JSON.stringify(head).slice(0, -1)},${fields.slice(1)}`;
}

/** The short form of a line that is too long: the beginning of its message and, as text, of its fields. */
function encodeCut(head: { time: string; level: Level; msg: string }, fields: string): string {
  return JSON.stringify({ ...head, msg: head.msg.slice(0, CUT), cut: true, fields: fields.slice(0, CUT) });
}

/** The name, message and causes of an error. */
function encodeError(error: Error, depth = 0): Record<string, unknown> {
  const described = { name: error.name, message: error.message };
  if (error.cause === undefined || depth >= MAX_CAUSES) return described;
  return {
    ...described,
    cause: error.cause instanceof Error ? encodeError(error.cause, depth + 1) : String(error.cause),
  };
}
