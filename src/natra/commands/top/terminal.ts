import { write } from "../../../cli/output.ts";
import { HEADING } from "./screen.ts";

const ESC = "\u001b[";
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`; // the other screen, no cursor, no wrapping
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
const [BOLD, PLAIN] = [`${ESC}7m`, `${ESC}m`];

/** An event at a terminal. */
export type TerminalEvent = { readonly key: string } | "resize" | "stop";

/** Names of keys, by what the terminal sends. */
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

/**
 * The keys in what a terminal sent: a name, or the character itself. An unknown sequence is the key
 * `unknown`.
 */
export function keysIn(text: string): string[] {
  const parts = text.match(new RegExp("\u001b(?:\\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\\s\\S]", "g")) ?? [];
  return parts.map((part) => NAMES.get(part) ?? (part.length > 1 ? "unknown" : part));
}

const STOPS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The terminal's alternate screen, without echo and line wrapping. Disposing it restores the terminal. */
export class Terminal implements Disposable {
  readonly #onEvent: (event: TerminalEvent) => void;
  readonly #isRaw = Deno.stdin.isTerminal();
  readonly #resize = (): void => this.#onEvent("resize");
  readonly #stop = (): void => this.#onEvent("stop");

  /** @param onEvent Called for keys, a new size, and signals that end the process. */
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
    return { columns: Math.max(columns, 20), rows: Math.max(rows, 5) }; // pseudoterminals may report 0
  }

  /** Redraws the screen without flicker. */
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
      // the terminal is gone
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

  /** Raw input has no job control: the terminal is restored while the process is stopped. */
  #suspend(): void {
    this.#leave();
    Deno.kill(Deno.pid, "SIGSTOP");
    this.#enter();
  }
}
