/** What a benchmark shows while it measures: a live line on a terminal, plain lines elsewhere. */

const REDRAW_MS = 250;
const BAR_WIDTH = 20;

/** Announces measurements. Disposing of it clears the live line. */
export class Progress implements Disposable {
  #timer: number | undefined;
  #done = 0;

  /**
   * @param seconds about how long each measurement takes, in their order
   * @param terminal whether a line can be redrawn
   * @param write where to
   */
  constructor(
    readonly seconds: readonly number[],
    readonly terminal: boolean,
    readonly write: (text: string) => void,
  ) {}

  /** Announces a measurement. @param label what is measured */
  begin(label: string): void {
    if (!this.terminal) {
      this.write(`[${this.#done + 1}/${this.seconds.length}] ${label}\n`);
      return;
    }
    const started = performance.now();
    const total = sum(this.seconds), before = sum(this.seconds.slice(0, this.#done));
    const draw = (): void => {
      const passed = Math.min(this.seconds[this.#done] ?? 0, (performance.now() - started) / 1000);
      this.write(`\r${progressLine(before + passed, total, label)}\x1b[K`);
    };
    draw();
    this.#timer = setInterval(draw, REDRAW_MS);
  }

  /** Ends the measurement that was announced. */
  end(): void {
    this.#done++;
    clearInterval(this.#timer);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.terminal) this.write("\r\x1b[K");
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Draws the live line.
 *
 * @param done seconds that have passed
 * @param total seconds that it takes altogether
 * @param label what is measured now
 */
export function progressLine(done: number, total: number, label: string): string {
  const filled = Math.floor(BAR_WIDTH * done / total);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const left = Math.ceil(total - done);
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return `${bar} ${time} left · ${label}`;
}
