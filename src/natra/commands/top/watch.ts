import type { Applied } from "../../datapath/record.ts";
import { describeError } from "../../../base/log/describe.ts";
import { escapeText } from "../../../base/log/quote.ts";
import { shownName, wantedPods } from "../pods.ts";
import { compare, type Figures, type Sort, sortFigures } from "./figures.ts";
import { takeSample } from "./sample.ts";
import { draw, flowRoom, type View } from "./screen.ts";
import { Terminal, type TerminalEvent } from "./terminal.ts";

/** What to watch, and how. */
export interface TopOptions {
  readonly words: readonly string[];
  readonly sort: Sort;
  /** Seconds. */
  readonly interval: number;
  readonly classes: boolean;
}

type Event = TerminalEvent | "measure";

/** Redraws the screen until the user or a signal stops it. @returns The exit code. */
export async function watch({ words, sort, interval, classes }: TopOptions): Promise<number> {
  const events = new Mailbox<Event>();
  using terminal = new Terminal((event) => events.put(event));
  let failures: string[] = [];
  const measure = (): ReturnType<typeof takeSample> => {
    failures = [];
    const onFailure = (applied: Applied, error: unknown): void => {
      failures.push(escapeText(`${shownName(applied)}: ${describeError(error)}`, 200));
    };
    return takeSample(wantedPods(words), onFailure);
  };
  let view: View = { sort, classes, first: 0, help: false };
  let figures: Figures | null = null;
  let before = await measure();
  let timer = setTimeout(() => events.put("measure"), Math.min(interval, 1) * 1000);
  for (;;) {
    const sorted = figures === null ? null : sortFigures(figures, view.sort);
    terminal.show(draw(sorted, view, { ...terminal.size, now: new Date(), interval, failures }));
    const event = await events.take();
    if (event === "stop") break;
    if (event === "measure" || (event !== "resize" && event.key === " ")) {
      clearTimeout(timer);
      const after = await measure();
      figures = compare(before, after);
      before = after;
      timer = setTimeout(() => events.put("measure"), interval * 1000);
    }
    if (typeof event === "string") continue;
    if (event.key === "q" || event.key === "ctrl-c") break;
    const page = figures === null ? 1 : flowRoom(figures, view, terminal.size.rows);
    view = press(view, event.key, figures?.flows.length ?? 0, page);
  }
  clearTimeout(timer);
  return 0;
}

const SORT_KEYS: ReadonlyMap<string, Sort> = new Map([
  ["r", "rate"],
  ["s", "share"],
  ["b", "bytes"],
  ["a", "age"],
  ["p", "pod"],
]);

/** The view after a key is pressed. @param page How many flows fit. */
export function press(view: View, key: string, flows: number, page: number): View {
  if (view.help) return { ...view, help: false };
  const sort = SORT_KEYS.get(key);
  if (sort !== undefined) return { ...view, sort, first: 0 };
  const last = Math.max(0, flows - page);
  const scroll = (by: number): View => ({ ...view, first: Math.min(Math.max(0, view.first + by), last) });
  switch (key) {
    case "c":
      return { ...view, classes: !view.classes };
    case "h":
    case "?":
      return { ...view, help: true };
    case "up":
    case "k":
      return scroll(-1);
    case "down":
    case "j":
      return scroll(1);
    case "pgup":
      return scroll(-page);
    case "pgdn":
      return scroll(page);
    case "home":
      return { ...view, first: 0 };
    default:
      return scroll(0);
  }
}

/** A queue of events that were not handled yet. */
class Mailbox<T> {
  readonly #waiting: T[] = [];
  #wake: (() => void) | undefined;

  put(item: T): void {
    this.#waiting.push(item);
    this.#wake?.();
  }

  async take(): Promise<T> {
    for (;;) {
      const item = this.#waiting.shift();
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
