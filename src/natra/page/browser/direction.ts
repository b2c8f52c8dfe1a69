import type { DirectionInfo, LiveDirection } from "../contract.ts";
import { Chart } from "./chart.ts";
import { make, setText } from "./dom.ts";
import { formatBytes, formatRate, formatShare, formatSpan } from "./format.ts";
import { type FlowRate, type Moment, type Rates, ratesBetween } from "./rates.ts";

/** The maximum number of heavy flows that are listed. */
const MAX_FLOWS = 5;

/** One direction of a pod: its rate now, a chart, what was dropped, and its heaviest flows. */
export class DirectionView {
  readonly element: HTMLElement;
  readonly chart: Chart;
  readonly #cap: number;
  readonly #rate = make("strong", "", "–");
  readonly #share = make("span", "");
  readonly #chart = make("div", "chart");
  readonly #counts = new Map(["waiting", "drops", "marks"].map((name) => [name, make("dd", "", "–")]));
  readonly #rows = make("tbody", "");
  readonly #caption = make("caption", "");
  readonly #head = make("thead", "");
  readonly #title: string;
  #before: Moment | null = null;

  /** @param title For example `Ingress: to the pod`. */
  constructor(title: string, { rate, pacer, queue }: DirectionInfo) {
    this.#title = title;
    this.#cap = rate;
    const head = make("h3", "", title);
    head.title = `limited by ${pacer}: ${queue}`;
    this.#chart.setAttribute("role", "img");
    this.#head.append(make("tr", "", ...["From and to", "Rate", "Share", "Heavy for"].map(header)));
    const table = make("table", "", this.#caption, this.#head, this.#rows);
    this.element = make(
      "section",
      "",
      head,
      make("p", "now", this.#rate, " ", this.#share),
      this.#chart,
      make(
        "dl",
        "counts",
        ...[...this.#counts].map(([name, value]) => make("div", "", make("dt", "", name), value)),
      ),
      table,
    );
    this.chart = new Chart(this.#chart, rate);
    this.#showFlows([]);
  }

  /** Shows new counters. @param live null if they cannot be read (any more). */
  update(time: number, live: LiveDirection | null): void {
    const after = live === null ? null : { time, live };
    const rates = after === null || this.#before === null ? null : ratesBetween(this.#before, after);
    this.#before = after;
    this.chart.add({ time: time / 1000, all: rates?.all ?? null, heavy: rates?.heavy ?? null });
    if (live === null) {
      setText(this.#rate, "not limited");
      setText(this.#share, "its programs cannot be read: see natra doctor");
      this.#showFlows([]);
    } else if (rates !== null) this.#show(rates, live);
    this.#rate.classList.toggle("gone", live === null);
  }

  #show({ all, drops, marks, flows }: Rates, { waiting }: LiveDirection): void {
    const share = `${formatShare(all, this.#cap)} of ${formatRate(this.#cap)}`;
    setText(this.#rate, formatRate(all));
    setText(this.#share, share);
    this.#chart.setAttribute("aria-label", `${this.#title}: ${formatRate(all)}, ${share}`);
    this.#count("waiting", waiting === null ? "no queue" : formatBytes(waiting));
    this.#count("drops", `${Math.round(drops)}/s`);
    this.#count("marks", `${Math.round(marks)}/s`);
    this.#showFlows(flows.slice(0, MAX_FLOWS), flows.length);
  }

  #count(name: string, text: string): void {
    const element = this.#counts.get(name);
    if (element !== undefined) setText(element, text);
  }

  #showFlows(flows: readonly FlowRate[], total = flows.length): void {
    const rows = flows.map(({ flow: { source, destination, protocol, heavyFor }, rate }) => {
      const ends = source === "" ? protocol : `${protocol} ${source} → ${destination}`;
      return row(ends, formatRate(rate), formatShare(rate, this.#cap), formatSpan(heavyFor));
    });
    this.#head.hidden = rows.length === 0;
    setText(this.#caption, rows.length === 0 ? "No flow is above its fair share" : "Heaviest flows");
    if (total > flows.length) rows.push(row(`and ${total - flows.length} more`, "", "", ""));
    this.#rows.replaceChildren(...rows);
  }
}

function header(text: string): HTMLTableCellElement {
  const cell = make("th", "", text);
  cell.scope = "col";
  return cell;
}

function row(...texts: readonly string[]): HTMLTableRowElement {
  return make("tr", "", ...texts.map((text) => make("td", "", text)));
}
