/** What the demo says while it works: a live line on a terminal, plain lines elsewhere. */

const REDRAW_MS = 250;
const BAR_WIDTH = 20;

/** Announces measurements. Disposing of it clears the live line. */
export class Progress implements Disposable {
  #timer: number | undefined;
  #done = 0;

  /**
   * @param total how many measurements there will be
   * @param secondsEach about how long each takes
   * @param terminal whether a line can be redrawn
   * @param write where to
   */
  constructor(
    readonly total: number,
    readonly secondsEach: number,
    readonly terminal: boolean,
    readonly write: (text: string) => void,
  ) {}

  /**
   * Announces a measurement.
   *
   * @param label what is measured
   */
  begin(label: string): void {
    if (!this.terminal) {
      this.write(`[${this.#done + 1}/${this.total}] ${label}\n`);
      return;
    }
    const started = performance.now();
    const draw = (): void => {
      const seconds = Math.min(this.secondsEach, (performance.now() - started) / 1000);
      this.write(
        `\r${
          progressLine(this.#done + seconds / this.secondsEach, this.total, this.secondsEach, label)
        }\x1b[K`,
      );
    };
    draw();
    this.#timer = setInterval(draw, REDRAW_MS);
  }

  /** Ends the measurement that was announced. */
  end(): void {
    this.#done++;
    clearInterval(this.#timer);
  }

  /**
   * Says something between the measurements.
   *
   * @param text a line
   */
  note(text: string): void {
    this.write(`${this.terminal ? "\r\x1b[K" : ""}${text}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.terminal) this.write("\r\x1b[K");
  }
}

/**
 * Draws the live line.
 *
 * @param done how many measurements are done, parts of one included
 * @param total how many there will be
 * @param secondsEach about how long each takes
 * @param label what is measured now
 * @returns the line
 */
export function progressLine(done: number, total: number, secondsEach: number, label: string): string {
  const filled = Math.floor(BAR_WIDTH * done / total);
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const left = Math.ceil((total - done) * secondsEach);
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return `${bar} ${time} left · ${label}`;
}
