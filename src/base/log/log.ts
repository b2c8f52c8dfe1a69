import { formatLine, type Level, LEVELS } from "./line.ts";
import { appendLog } from "./file.ts";
import { writeAll } from "./stdio.ts";

export type { Level };

/** A log. It never throws and never writes to stdout. */
export interface Logger {
  /** Logs details for debugging. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs what was done. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs what was requested and could not be done as requested. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs what failed. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Where the lines go, once the configuration is known. */
export interface LogTarget {
  /** The lowest level that is written. */
  readonly level: Level;
  /** The file's absolute path, or null for stderr only. */
  readonly file: string | null;
}

/** A logger that keeps its lines until their target is known. */
export interface BufferedLogger extends Logger {
  /** Sets the target of lines, and writes those kept so far. */
  open(target: LogTarget): void;
}

/** How long to wait for a full stderr: too short to be noticed at a pod's start. */
const STDERR_WAIT_MS = 100;

/**
 * How many lines are kept before {@linkcode BufferedLogger.open}: the oldest, which show how a problem began.
 */
const MAX_KEPT = 256;

/**
 * Makes a logger that writes JSON lines to stderr and to a file. Until `open` is called the lines are kept in
 * memory, because the configuration that names the file and the level has not been read yet. Errors of
 * writing are ignored.
 *
 * @param stderr Where the lines go besides the file.
 */
export function createLogger(stderr: { writeSync(bytes: Uint8Array): number } = Deno.stderr): BufferedLogger {
  const encoder = new TextEncoder();
  const kept: { level: Level; line: string }[] = [];
  let target: LogTarget | null = null;

  const write = (text: string): void => {
    if (text === "" || target === null) return;
    const bytes = encoder.encode(text);
    quietly(() => writeAll(stderr, bytes, STDERR_WAIT_MS));
    const file = target.file;
    if (file !== null) quietly(() => appendLog(file, bytes));
  };
  const log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (target === null) {
      if (kept.length < MAX_KEPT) kept.push({ level, line: formatLine(level, message, fields) });
    } else if (LEVELS.indexOf(level) >= LEVELS.indexOf(target.level)) {
      write(formatLine(level, message, fields));
    }
  };
  return {
    debug: (message, fields) => log("debug", message, fields),
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
    open(to): void {
      target = to;
      const min = LEVELS.indexOf(to.level);
      write(
        kept.splice(0).filter((entry) => LEVELS.indexOf(entry.level) >= min).map((e) => e.line).join(""),
      );
    },
  };
}

/** Runs an attempt to log, and ignores its failure: there is nowhere left to report it. */
function quietly(attempt: () => void): void {
  try {
    attempt();
  } catch {
    // A full disk or a closed pipe must not keep a pod from starting.
  }
}
