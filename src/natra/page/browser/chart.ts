import uPlot from "uplot";
import { formatRate } from "./format.ts";

/** What a chart shows, in seconds. */
const SPAN = 120;
const HEIGHT = 130;
/** Seconds between two points that still are neighbours. */
const LONGEST_STEP = 5;

/** A point: seconds, and bits/s. */
export interface Point {
  readonly time: number;
  readonly all: number | null;
  readonly heavy: number | null;
}

/** A live chart of a rate against its limit: the last two minutes. */
export class Chart {
  readonly #element: HTMLElement;
  readonly #cap: number;
  readonly #points: Point[] = [];
  #plot: uPlot | null = null;

  /** @param cap The limit, in bits/s. */
  constructor(element: HTMLElement, cap: number) {
    this.#element = element;
    this.#cap = cap;
  }

  /** Adds a point, and draws it if the chart is shown. */
  add(point: Point): void {
    const last = this.#points.at(-1);
    // Nobody knows what was in a pause: the line is broken there.
    if (last !== undefined && point.time - last.time > LONGEST_STEP) {
      this.#points.push({ time: point.time - LONGEST_STEP / 2, all: null, heavy: null });
    }
    this.#points.push(point);
    while ((this.#points[0]?.time ?? point.time) < point.time - SPAN) this.#points.shift();
    this.#plot?.setData(this.#data(), false);
    this.#plot?.setScale("x", { min: point.time - SPAN, max: point.time });
  }

  /** Draws it, anew where it is drawn: its colours are those of now. */
  show(): void {
    this.hide();
    this.#plot = new uPlot(this.#options(), this.#data(), this.#element);
  }

  /** Fits it into its place. */
  fit(): void {
    const width = this.#element.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT });
  }

  /** Frees what drawing takes; the points stay. */
  hide(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** The limit lies over what it holds, and is there before anything was measured. */
  #drawCap({ ctx, bbox, valToPos }: uPlot, colour: string): void {
    const y = Math.round(valToPos(this.#cap, "y", true));
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash([7 * devicePixelRatio, 5 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }

  #data(): uPlot.AlignedData {
    const points = this.#points;
    return [
      points.map(({ time }) => time),
      points.map(({ heavy }) => heavy),
      points.map(({ all }) => all),
    ];
  }

  #options(): uPlot.Options {
    const style = getComputedStyle(this.#element);
    const colour = (name: string): string => resolve(this.#element, name);
    const [quiet, line, all, heavy, cap] = ["--quiet", "--line", "--all", "--heavy", "--cap"].map(colour);
    const font = `12px ${style.fontFamily}`;
    const axis = {
      stroke: quiet,
      font,
      ticks: { show: false },
      grid: { stroke: line, width: 1 },
    } as uPlot.Axis;
    const now = this.#points.at(-1)?.time ?? 0;
    return {
      width: Math.max(100, this.#element.clientWidth),
      height: HEIGHT,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, auto: false, min: now - SPAN, max: now },
        y: { range: (_plot, _min, max) => [0, Math.max(max, this.#cap) * 1.15] },
      },
      axes: [
        {
          ...axis,
          size: 22,
          splits: (plot) => [120, 90, 60, 30, 0].map((ago) => (plot.scales["x"]?.max ?? 0) - ago),
          values: () => ["−2 min", "", "−1 min", "", "now"],
        },
        { ...axis, size: 78, space: 32, values: (_plot, splits) => splits.map((value) => formatRate(value)) },
      ],
      series: [
        {},
        { width: 0, fill: `${heavy}66`, points: { show: false } },
        { stroke: all, width: 2, fill: `${all}22`, points: { show: false } },
      ] as uPlot.Series[],
      hooks: { draw: [(plot) => this.#drawCap(plot, cap ?? "")] },
    };
  }
}

/** A colour of the style sheet as #rrggbb: the canvas knows neither variables nor light-dark(). */
function resolve(element: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const parts = getComputedStyle(probe).color.match(/[0-9.]+/g) ?? [];
  probe.remove();
  return `#${
    parts.slice(0, 3).map((part) => Math.round(Number(part)).toString(16).padStart(2, "0")).join("")
  }`;
}
