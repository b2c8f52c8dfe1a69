import uPlot from "uplot";
import { formatRate } from "./format.ts";

/** The time that a chart shows. */
const SPAN_SECONDS = 120;
const HEIGHT_PX = 130;
/** The line is broken between two points that are further apart. */
const MAX_STEP_SECONDS = 5;

/** A point: seconds, and bits/s. */
export interface Point {
  readonly time: number;
  readonly all: number | null;
  readonly heavy: number | null;
}

/** A live chart of a rate and its limit over the last two minutes. */
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
    // The rate in a pause is unknown: the line is broken there.
    if (last !== undefined && point.time - last.time > MAX_STEP_SECONDS) {
      this.#points.push({ time: point.time - MAX_STEP_SECONDS / 2, all: null, heavy: null });
    }
    this.#points.push(point);
    while ((this.#points[0]?.time ?? point.time) < point.time - SPAN_SECONDS) this.#points.shift();
    this.#plot?.setData(this.#data(), false);
    this.#plot?.setScale("x", { min: point.time - SPAN_SECONDS, max: point.time });
  }

  /** Draws it, or draws it again with the current colours. */
  show(): void {
    this.hide();
    this.#plot = new uPlot(this.#options(), this.#data(), this.#element);
  }

  /** Fits it into its element. */
  fit(): void {
    const width = this.#element.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT_PX });
  }

  /** Frees the drawing; the points stay. */
  hide(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** Draws the limit, above the series, also before anything was measured. */
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
      height: HEIGHT_PX,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, auto: false, min: now - SPAN_SECONDS, max: now },
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

/** A colour of the style sheet as #rrggbb: the canvas supports neither variables nor light-dark(). */
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
