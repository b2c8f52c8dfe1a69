import { escapeText } from "../../../base/log/quote.ts";
import { describeLimit } from "../../limits/form.ts";
import { formatAge, formatBytes, formatPercent } from "../../../cli/format.ts";
import { formatTable } from "../../../cli/table.ts";
import { formatEnd } from "../top/tables.ts";
import type { Shown, ShownDirection } from "./gather.ts";
import { sketchWords } from "./sketch_words.ts";

const LABEL = 12;

/** A labelled paragraph: the label stands before its first line. */
function block(label: string, lines: readonly string[], indent = 2): string[] {
  return lines.map((line, index) =>
    `${" ".repeat(indent)}${(index === 0 ? label : "").padEnd(LABEL)}${line}`.trimEnd()
  );
}

/** Everything as lines for people. Untrusted text is escaped. */
export function shownLines(shown: Shown, now: Date): string[] {
  const { inside, outside } = shown;
  const age = formatAge(now.getTime() - Date.parse(shown.created));
  const findings = shown.findings.map((finding) => escapeText(finding, 400));
  return [
    `${escapeText(shown.pod, 120)} ${escapeText(shown.ifname)}`,
    ...block("container", [escapeText(shown.containerId)]),
    ...block("network", [escapeText(shown.network)]),
    ...block("held", [
      `since ${escapeText(shown.created)} (${age})${shown.complete ? "" : ", incomplete"}`,
    ]),
    ...block("namespace", [escapeText(shown.netns, 200)]),
    ...block("interfaces", [
      `${escapeText(inside.name)} (index ${inside.index}) in the pod, ${escapeText(outside.name)} ` +
      `(index ${outside.index}) on the node`,
    ]),
    ...block("attached", [
      `by ${escapeText(shown.attach)}, ingress ${shown.side === "pod" ? "inside the pod" : "on the node"}`,
    ]),
    ...block("pins", [escapeText(shown.pins, 200)]),
    ...block("wrong", findings),
    ...shown.directions.flatMap(directionLines),
    "",
    ...block(
      "choices",
      shown.choices.map(({ what, choice, why }) =>
        `${escapeText(what)}: ${escapeText(choice)} (${escapeText(why, 400)})`
      ),
    ),
  ];
}

function directionLines(shown: ShownDirection): string[] {
  const { direction, limit, programs, sketch } = shown;
  const label = direction === "ingress" ? "ingress (received)" : "egress (sent)";
  return [
    "",
    `  ${label}`,
    ...block("limit", [describeLimit(limit), `from ${escapeText(limit.source, 200)}`], 4),
    ...block(
      "programs",
      programs.map(({ program, point, device, before }) =>
        `${program} at the ${point} hook of ${escapeText(device)}: ${
          before === null
            ? "MISSING"
            : before.length === 0
            ? "first"
            : `behind ${before.map((other) => escapeText(other)).join(", ")}`
        }`
      ),
      4,
    ),
    ...block("counted", [counted(shown)], 4),
    ...block("queue", queueLines(shown), 4),
    ...block("sketch", sketch === null ? ["gone"] : sketchWords(sketch), 4),
    ...block("heavy flows", flowLines(shown), 4),
  ];
}

function counted({ counters }: ShownDirection): string {
  if (counters === null) return "gone";
  const bytes = counters.light_bytes + counters.heavy_bytes;
  const packets = counters.light_packets + counters.heavy_packets;
  const guarded = counters.guard_packets + counters.guard_drops > 0n
    ? `; guard: ${counters.guard_packets} packets passed, ${counters.guard_drops} dropped`
    : "";
  return `${formatBytes(bytes)} in ${packets} packets, ${
    formatPercent(counters.heavy_bytes, bytes)
  } of them heavy; the program ` +
    `dropped ${counters.light_drops} light and ${counters.heavy_drops} heavy packets, marked ${counters.marks}${guarded}`;
}

function queueLines({ queue, queues }: ShownDirection): string[] {
  const classes = Object.entries(queues?.classes ?? {});
  if (classes.length === 0) return [`${escapeText(queue)}${queues === null ? ", which is gone" : ""}`];
  const columns = [
    { head: "CLASS" },
    { head: "KIND" },
    ...["SENT", "PACKETS", "DROPS", "MARKS", "WAITING", "PACKETS"].map((head) =>
      ({ head, align: "right" }) as const
    ),
  ];
  const rows = classes.map(([name, { kind, bytes, packets, drops, marks, backlog, queued }]) => [
    name,
    escapeText(kind),
    formatBytes(bytes),
    ...[packets, drops, marks].map(String),
    formatBytes(BigInt(backlog)),
    String(queued),
  ]);
  return [escapeText(queue), ...formatTable(columns, rows).split("\n")];
}

const MAX_FLOWS = 20;

function flowLines({ flows }: ShownDirection): string[] {
  if (flows.length === 0) return ["none"];
  const largest = flows.toSorted((a, b) => a.bytes < b.bytes ? 1 : -1).slice(0, MAX_FLOWS);
  const columns = [
    { head: "BYTES", align: "right" } as const,
    { head: "HEAVY FOR", align: "right" } as const,
    { head: "IDLE", align: "right" } as const,
    ...["PROTO", "SOURCE", "DESTINATION"].map((head) => ({ head })),
  ];
  const rows = largest.map((flow) => [
    formatBytes(flow.bytes),
    formatAge((flow.heavySeconds - flow.idleSeconds) * 1000),
    formatAge(flow.idleSeconds * 1000),
    flow.protocol,
    formatEnd(flow.source, flow.sourcePort),
    formatEnd(flow.destination, flow.destinationPort),
  ]);
  const more = flows.length > MAX_FLOWS ? [`… and ${flows.length - MAX_FLOWS} more`] : [];
  return [`${flows.length} of up to 128`, ...formatTable(columns, rows).split("\n"), ...more];
}
