import type { Level } from "../../src/base/log/line.ts";
import type { Logger } from "../../src/base/log/log.ts";

/** A line that was logged. */
export interface LoggedLine {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A logger that only keeps what it is told, and the lines it has. */
export function recordingLogger(): { logger: Logger; lines: LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const keep = (level: Level): Logger["info"] => (message, fields = {}) => {
    lines.push({ level, message, fields });
  };
  const logger = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
  return { logger, lines };
}
