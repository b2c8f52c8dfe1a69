/** A bar chart as SVG: groups of bars on a logarithmic axis. */

/** A bar. */
export interface Bar {
  /** Which series, from 0. */
  readonly series: number;
  readonly value: number;
  /** What stands behind the bar. */
  readonly label: string;
}

/** Bars that belong together. */
export interface Group {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** What all bars of one kind share: charts that are looked at together give a name one colour. */
export interface Series {
  readonly name: string;
  /** Which, from 0. */
  readonly colour: number;
}

/** What to draw. */
export interface Chart {
  readonly title: string;
  /** Of the axis. */
  readonly unit: string;
  readonly series: readonly Series[];
  readonly groups: readonly Group[];
}

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 80;
const TOP = 64;
const BAR = 11;
const GAP = 10;
const LETTER = 5.5; // of the legend, about
// Told apart by those who see no red or green, on light and on dark paper.
const COLOURS = ["#8a8f98", "#0072b2", "#56b4e9", "#e69f00", "#cc79a7", "#009e73"];
const INK = "#6b7280";

/**
 * Draws a chart.
 *
 * @param chart what to draw; every value above zero
 * @returns SVG
 */
export function drawChart({ title, unit, series, groups }: Chart): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...values)));
  const scale = (value: number): number =>
    (WIDTH - LEFT - RIGHT) * Math.log10(value / low) / Math.max(1, Math.log10(high / low));
  const parts: string[] = [];
  let y = TOP;
  for (const { name, bars } of groups) {
    parts.push(text(LEFT - 8, y + bars.length * BAR / 2 + 4, name, "end"));
    for (const { series: index, value, label } of bars) {
      const length = Math.max(1, scale(value)).toFixed(1);
      parts.push(
        `<rect x="${LEFT}" y="${y}" width="${length}" height="${BAR - 2}" fill="${
          COLOURS[(series[index]?.colour ?? 0) % COLOURS.length]
        }"/>`,
        text(LEFT + Math.max(1, scale(value)) + 4, y + BAR - 3, label, "start", 9),
      );
      y += BAR;
    }
    y += GAP;
  }
  const axis: string[] = [];
  for (let tick = low; tick <= high * 1.001; tick *= 10) {
    const x = (LEFT + scale(tick)).toFixed(1);
    axis.push(`<line x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${y}" stroke="${INK}" stroke-opacity="0.3"/>`);
    axis.push(text(Number(x), y + 12, `${Number(tick.toPrecision(3))}`, "middle", 10));
  }
  let x = 8;
  const legend = series.map(({ name, colour }) => {
    const at = x;
    x += 24 + name.length * LETTER;
    return `<rect x="${at}" y="30" width="10" height="10" fill="${COLOURS[colour % COLOURS.length]}"/>` +
      text(at + 14, 39, name, "start", 10);
  });
  const height = y + 34;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" role="img">`,
    `<title>${escape(title)}</title>`,
    text(8, 18, title, "start", 14),
    ...legend,
    ...axis,
    ...parts,
    text(WIDTH - RIGHT, height - 6, unit, "end", 10),
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, content: string, anchor: string, size = 11): string {
  const at = `x="${x.toFixed(1)}" y="${y.toFixed(1)}"`;
  return `<text ${at} font-size="${size}" fill="${INK}" text-anchor="${anchor}">${escape(content)}</text>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
