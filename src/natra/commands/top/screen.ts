import type { Figures, Sort } from "./figures.ts";
import { directionTable, flowTable } from "./tables.ts";

/** What was chosen by keys. */
export interface View {
  readonly sort: Sort;
  /** Whether each direction's classes are shown. */
  readonly classes: boolean;
  /** The first flow that is shown, from 0. */
  readonly first: number;
  readonly help: boolean;
}

/** The screen and its state beside the figures. */
export interface ScreenState {
  readonly columns: number;
  readonly rows: number;
  readonly now: Date;
  /** Seconds between two samples. */
  readonly interval: number;
  /** What could not be read. */
  readonly failures: readonly string[];
}

const KEYS = [
  "q, Ctrl-C       end",
  "r s b a p       sort by rate, share, bytes, age (heavy for), pod",
  "c               the queues' classes of each direction",
  "up down j k     one flow; PgUp, PgDn: a page; Home: the first",
  "space           measure at once",
  "h, ?            this; any key goes back",
] as const;

/** Maximum lines for the directions: the flows need the rest. */
function directionRoom(rows: number): number {
  return Math.max(3, Math.floor(rows * 0.45));
}

/** How many flows fit below the directions. */
export function flowRoom(figures: Figures, view: View, rows: number): number {
  const directions = Math.min(directionTable(figures, view.classes).length, directionRoom(rows));
  return Math.max(1, rows - directions - 4); // the title, two empty lines, the flows' heading
}

/** Draws the screen, cut to its size. Headings begin with {@linkcode HEADING}. */
export function draw(figures: Figures | null, view: View, around: ScreenState): string[] {
  const { columns, rows, now, interval, failures } = around;
  const time = now.toTimeString().slice(0, 8);
  const pods = new Set(figures?.directions.map(({ containerId }) => containerId)).size;
  const flows = figures?.flows.length ?? 0;
  const title =
    `natra top ${time}  every ${interval} s  ${count(pods, "pod")}, ${count(flows, "heavy flow")}` +
    `  by ${view.sort}  q: end  h: keys${failures.length === 0 ? "" : `  UNREADABLE: ${failures[0]}`}`;
  const body = view.help
    ? ["", ...KEYS]
    : figures === null
    ? ["", "measuring …"]
    : pods === 0
    ? ["", "No pod is limited on this node."]
    : tables(figures, view, rows);
  return [HEADING + title, ...body].slice(0, rows).map((line) => cut(line, columns));
}

/** Marks a heading. */
export const HEADING = "\u0001";

function tables(figures: Figures, view: View, rows: number): string[] {
  const directions = directionTable(figures, view.classes);
  const room = directionRoom(rows);
  const shown = directions.length <= room ? directions : directions.slice(0, room);
  const [heading = "", ...flows] = flowTable(figures);
  const part = flows.slice(view.first, view.first + flowRoom(figures, view, rows));
  return [
    "",
    ...shown.map((line, index) => index === 0 ? HEADING + line : line),
    "",
    ...(flows.length === 0 ? ["No flow is heavy."] : [HEADING + heading, ...part]),
  ];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function cut(line: string, columns: number): string {
  const marks = line.startsWith(HEADING) ? 1 : 0;
  return line.length - marks <= columns ? line : line.slice(0, columns + marks);
}
