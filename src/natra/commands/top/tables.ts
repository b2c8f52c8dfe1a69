import { escapeText } from "../../../base/log/quote.ts";
import { formatAge, formatBytes, formatMeasured } from "../../../cli/format.ts";
import { type Column, formatTable } from "../../../cli/table.ts";
import type { DirectionFigures, Figures, FlowFigures } from "./figures.ts";

const DIRECTIONS: readonly Column[] = [
  { head: "POD" },
  { head: "INTERFACE" },
  { head: "DIRECTION" },
  { head: "CLASS" },
  { head: "LIMIT b/s", align: "right" },
  { head: "OFFERED b/s", align: "right" },
  { head: "SENT b/s", align: "right" },
  { head: "HEAVY", align: "right" },
  { head: "WAITING", align: "right" },
  { head: "DROPS/s", align: "right" },
  { head: "MARKS/s", align: "right" },
];

const FLOWS: readonly Column[] = [
  { head: "RATE b/s", align: "right" },
  { head: "SHARE", align: "right" },
  { head: "HEAVY FOR", align: "right" },
  { head: "BYTES", align: "right" },
  { head: "DROPS", align: "right" },
  { head: "MARKS", align: "right" },
  { head: "PROTO" },
  { head: "SOURCE" },
  { head: "DESTINATION" },
  { head: "DIRECTION" },
  { head: "POD" },
];

const percent = (part: number): string => `${(part * 100).toFixed(0)}%`;
const perSecond = (value: number): string => value > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0);
const MAX_NAME = 80;

/** The directions as lines under a heading, with `classes` also their queues. */
export function directionTable({ directions }: Pick<Figures, "directions">, classes: boolean): string[] {
  const rows = directions.flatMap((row) => [directionRow(row), ...(classes ? classRows(row) : [])]);
  const isShown = (_: unknown, index: number): boolean => classes || DIRECTIONS[index]?.head !== "CLASS";
  return formatTable(DIRECTIONS.filter(isShown), rows.map((row) => row.filter(isShown))).split("\n");
}

function directionRow(row: DirectionFigures): string[] {
  return [
    escapeText(row.pod, MAX_NAME),
    escapeText(row.ifname),
    row.direction,
    "",
    formatMeasured(row.limit),
    formatMeasured(row.offered),
    row.sent === null ? "" : formatMeasured(row.sent),
    percent(row.heavyShare),
    formatBytes(BigInt(row.waitingBytes)),
    perSecond(row.drops),
    perSecond(row.marks),
  ];
}

function classRows({ classes }: DirectionFigures): string[][] {
  return Object.entries(classes).map(([name, { kind, sent, waitingBytes, drops, marks }]) => [
    "",
    "",
    "",
    `${name}: ${escapeText(kind)}`,
    "",
    "",
    formatMeasured(sent),
    "",
    formatBytes(BigInt(waitingBytes)),
    perSecond(drops),
    perSecond(marks),
  ]);
}

/** The flows, as lines under a heading. */
export function flowTable({ flows }: Pick<Figures, "flows">): string[] {
  return formatTable(FLOWS, flows.map(flowRow)).split("\n");
}

function flowRow(flow: FlowFigures): string[] {
  return [
    formatMeasured(flow.rate),
    percent(flow.share),
    formatAge(flow.heavySeconds * 1000),
    formatBytes(BigInt(flow.bytes)),
    String(flow.drops),
    String(flow.marks),
    flow.protocol,
    formatEnd(flow.source, flow.sourcePort),
    formatEnd(flow.destination, flow.destinationPort),
    flow.direction,
    escapeText(flow.pod, MAX_NAME),
  ];
}

/** An address with its port, if any, as in URLs: `10.0.0.7:443`, `[fd00::7]:443`. */
export function formatEnd(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
