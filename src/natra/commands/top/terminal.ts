import { write } from "../../../cli/output.ts";
import { HEADING } from "./screen.ts";

const ESC = "\u001b[";
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`; // the other screen, no cursor, no wrapping
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
const [BOLD, PLAIN] = [`${ESC}7m`, `${ESC}m`];

/** What happens to somebody who watches a screen. */
export type TerminalEvent = { readonly key: string } | "resize" | "stop";

/** Keys that take more than one byte, and those that have names. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["\u001b[A", "up"],
  ["\u001bOA", "up"],
  ["\u001b[B", "down"],
  ["\u001bOB", "down"],
  ["\u001b[5~", "pgup"],
  ["\u001b[6~", "pgdn"],
  ["\u001b[H", "home"],
  ["\u001bOH", "home"],
  ["\u001b[1~", "home"],
  ["\u0003", "ctrl-c"],
  ["\u001a", "ctrl-z"],
]);

/** The keys in what a terminal sent: a name, or the character itself. Sequences without a name are one unknown key. */
export function keysIn(text: string): string[] {
  const parts = text.match(new RegExp("\u001b(?:\\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\\s\\S]", "g")) ?? [];
  return parts.map((part) => NAMES.get(part) ?? (part.length > 1 ? "unknown" : part));
}

const STOPS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The terminal as a screen to draw on: its other screen, without echo, line by line as given. Disposing it gives the terminal back
 * as it was, whatever happened.
 */
export class Terminal implements Disposable {
  readonly #onEvent: (event: TerminalEvent) => void;
  readonly #isRaw = Deno.stdin.isTerminal();
  readonly #resize = (): void => this.#onEvent("resize");
  readonly #stop = (): void => this.#onEvent("stop");

  /** @param onEvent Told of keys, of a new size, and when the process is to end. */
  constructor(onEvent: (event: TerminalEvent) => void) {
    this.#onEvent = onEvent;
    for (const signal of STOPS) Deno.addSignalListener(signal, this.#stop);
    Deno.addSignalListener("SIGWINCH", this.#resize);
    this.#enter();
    if (this.#isRaw) void this.#readKeys();
  }

  /** Columns and rows. */
  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = Deno.consoleSize();
    return { columns: Math.max(columns, 20), rows: Math.max(rows, 5) }; // one of a pipe's tricks says 0
  }

  /** Draws all of it anew, without a flicker. */
  show(lines: readonly string[]): void {
    const plain = Deno.noColor;
    const drawn = lines.map((line) => {
      if (!line.startsWith(HEADING)) return `${line}${ESC}K`;
      return plain ? `${line.slice(1)}${ESC}K` : `${BOLD}${line.slice(1)}${ESC}K${PLAIN}`;
    });
    write(`${ESC}H${drawn.join("\r\n")}${ESC}J`);
  }

  [Symbol.dispose](): void {
    for (const signal of STOPS) Deno.removeSignalListener(signal, this.#stop);
    Deno.removeSignalListener("SIGWINCH", this.#resize);
    this.#leave();
  }

  #enter(): void {
    if (this.#isRaw) Deno.stdin.setRaw(true);
    write(ENTER);
  }

  #leave(): void {
    try {
      if (this.#isRaw) Deno.stdin.setRaw(false);
      write(LEAVE);
    } catch {
      // the terminal itself is gone
    }
  }

  async #readKeys(): Promise<void> {
    const bytes = new Uint8Array(64);
    for (;;) {
      const count = await Deno.stdin.read(bytes).catch(() => null);
      if (count === null) return this.#onEvent("stop");
      for (const key of keysIn(new TextDecoder().decode(bytes.subarray(0, count)))) {
        if (key === "ctrl-z") this.#suspend();
        this.#onEvent({ key });
      }
    }
  }

  /** Raw input has no job control of its own: the terminal is given back while the process is stopped. */
  #suspend(): void {
    this.#leave();
    Deno.kill(Deno.pid, "SIGSTOP");
    this.#enter();
  }
}
