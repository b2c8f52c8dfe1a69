import { formatLine, type Level, LEVELS } from "./line.ts";
import { appendLog } from "./file.ts";
import { writeAll } from "./stdio.ts";

export type { Level };

/** What the rest of the program knows of logging. A logger never throws and never writes to stdout. */
export interface Logger {
  /** Logs what only someone who looks for a fault wants to read. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs what was done. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs what was asked for and could not be done as asked. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs what failed. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Where the lines go, once the configuration is known. */
export interface LogTarget {
  /** The least level that is written. */
  readonly level: Level;
  /** The file's absolute path, or null for stderr alone. */
  readonly file: string | null;
}

/** A logger that keeps its lines until it is told where they go. */
export interface BufferedLogger extends Logger {
  /** Says where lines go from now on, and writes those kept so far. */
  open(target: LogTarget): void;
}

/** How long, in milliseconds, a full stderr is waited for: less than would be felt at a pod's start. */
const PATIENCE = 100;

/** Lines kept before {@linkcode BufferedLogger.open}; the oldest stay, they tell how the trouble began. */
const KEPT = 256;

/**
 * Makes a logger that writes JSON lines to stderr and to a file. Until `open` is called the lines are kept in
 * memory, because the file's name and the level stand in the configuration that is still to be read.
 *
 * @param stderr Where the lines go besides the file.
 * @returns The logger; whatever goes wrong in writing is swallowed.
 */
export function createLogger(stderr: { writeSync(bytes: Uint8Array): number } = Deno.stderr): BufferedLogger {
  const encoder = new TextEncoder();
  const kept: { level: Level; line: string }[] = [];
  let target: LogTarget | null = null;

  const write = (text: string): void => {
    if (text === "" || target === null) return;
    const bytes = encoder.encode(text);
    quietly(() => writeAll(stderr, bytes, PATIENCE));
    const file = target.file;
    if (file !== null) quietly(() => appendLog(file, bytes));
  };
  const log = (level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void => {
    if (target === null) {
      if (kept.length < KEPT) kept.push({ level, line: formatLine(level, message, fields) });
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
      const least = LEVELS.indexOf(to.level);
      write(
        kept.splice(0).filter((entry) => LEVELS.indexOf(entry.level) >= least).map((e) => e.line).join(""),
      );
    },
  };
}

/** Runs an attempt to log whose failure must not become the caller's: there is nowhere left to report it. */
function quietly(attempt: () => void): void {
  try {
    attempt();
  } catch {
    // A full disk or a closed pipe must not keep a pod from starting.
  }
}
