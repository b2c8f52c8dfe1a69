import type { Applied } from "../datapath/record.ts";
import type { QueueStats } from "../datapath/queue_stats.ts";
import { listsRenamedByCilium, renamedByCilium } from "../../install/renamed.ts";
import { formatRate } from "../limits/quantity.ts";
import { escapeText } from "../../base/log/quote.ts";
import { type Direction, DIRECTIONS } from "../../pod/direction.ts";
import { CONF_DIR } from "../../cli/cni_directories.ts";
import type { Command } from "../../cli/subcommand.ts";
import { formatAge, formatBytes, formatPercent } from "../../cli/format.ts";
import { type Options, OUTPUT, outputFormat } from "../../cli/options.ts";
import { print, printJson } from "../../cli/output.ts";
import { podName, reportFailure, wantedPods } from "./pods.ts";

/** `natra status` */
export const command: Command = {
  usage: "[POD…] [-v] [-o json|table]",
  about:
    `One row for each pod and direction that is limited on this node. With POD, only pods whose namespace/name (or
container ID) contains it.`,
  options: [
    {
      name: "verbose",
      short: "v",
      about: "also the kernel's features, and the reason of each choice for each pod",
    },
    OUTPUT,
  ],
  words: { name: "POD", max: Infinity, complete: "pods" },
  notes: `Columns:
  RATE     the limit in bits/s; BURST, what small flows may send at once after a pause
  ATTACH   how the program is attached; QUEUE, where packets wait
  BYTES    on the wire since the limit was set, including dropped ones
  HEAVY    the part of them from flows above their fair share, which are served last
  DROPS    packets dropped by the program, the queue and the guard; MARKS, packets marked by ECN
  WAITING  bytes in the queue
  AGE      since the limit was set

natra top shows the flows behind the figures, natra show POD everything of one pod.
Exit code 1 if a pod's programs are gone.`,
  run: status,
};

/** One direction of one pod. Rates in bits/s, sizes in bytes. */
interface Row {
  readonly pod: string;
  readonly containerId: string;
  readonly ifname: string;
  readonly direction: Direction;
  readonly rate: bigint;
  readonly burst: bigint;
  readonly attach: string;
  readonly pacer: string;
  readonly queue: string;
  readonly packets: bigint | null;
  readonly bytes: bigint | null;
  readonly heavyBytes: bigint | null;
  readonly drops: bigint | null;
  readonly marks: bigint | null;
  readonly waitingBytes: number | null;
  readonly created: string;
  readonly choices: Applied["choices"];
}

async function status(options: Options): Promise<number> {
  const format = outputFormat(options);
  const pods = wantedPods(options.words);
  const rows: Row[] = [];
  if (pods.length > 0) {
    const { readAllQueues, readCounters } = await import("../datapath/datapath.ts");
    const queues = readAllQueues(pods, reportFailure);
    for (const applied of pods) {
      for (const direction of DIRECTIONS) {
        const counters = attempt(applied, () => readCounters(applied, direction));
        const row = makeRow(applied, direction, counters, queues.get(applied)?.[direction] ?? null);
        if (row !== null) rows.push(row);
      }
    }
  }
  rows.sort((a, b) => a.pod < b.pod || (a.pod === b.pod && a.direction < b.direction) ? -1 : 1);
  if (format === "json") printJson(rows);
  else await printTables(rows, options.flag("verbose"));
  return rows.some(({ bytes }) => bytes === null) ? 1 : 0;
}

function attempt<T>(applied: Applied, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    reportFailure(applied, error);
    return null;
  }
}

type Counters = Readonly<Record<string, bigint>>;

function makeRow(
  applied: Applied,
  direction: Direction,
  counters: Counters | null,
  queue: QueueStats | null,
): Row | null {
  const held = applied[direction];
  if (held === null) return null;
  const sum = (...names: string[]): bigint | null =>
    counters === null ? null : names.reduce((total, name) => total + (counters[name] ?? 0n), 0n);
  const drops = sum("light_drops", "heavy_drops", "guard_drops");
  const marks = sum("marks");
  return {
    pod: podName(applied),
    containerId: applied.containerId,
    ifname: applied.ifname,
    direction,
    rate: held.limit.rate,
    burst: held.limit.burst,
    attach: applied.side === "pod" ? `${applied.attach}, podside` : applied.attach,
    pacer: held.pacer,
    queue: held.queue,
    packets: sum("light_packets", "heavy_packets"),
    bytes: sum("light_bytes", "heavy_bytes"),
    heavyBytes: sum("heavy_bytes"),
    drops: drops === null ? null : drops + BigInt(queue?.drops ?? 0),
    marks: marks === null ? null : marks + BigInt(queue?.marks ?? 0),
    waitingBytes: queue?.backlog ?? null,
    created: applied.created,
    choices: applied.choices,
  };
}

const COLUMNS = [
  { head: "POD" },
  { head: "INTERFACE" },
  { head: "DIRECTION" },
  { head: "RATE b/s", align: "right" },
  { head: "BURST", align: "right" },
  { head: "ATTACH" },
  { head: "QUEUE" },
  { head: "BYTES", align: "right" },
  { head: "HEAVY", align: "right" },
  { head: "DROPS", align: "right" },
  { head: "MARKS", align: "right" },
  { head: "WAITING", align: "right" },
  { head: "AGE", align: "right" },
] as const;

async function printTables(rows: readonly Row[], verbose: boolean): Promise<void> {
  for (const list of listsRenamedByCilium(CONF_DIR)) {
    print(`Note: ${renamedByCilium(list)} (natra doctor).\n`);
  }
  if (rows.length === 0) print("No pod is limited on this node.");
  else await printTable(rows);
  if (!verbose) return;
  const { probeKernel } = await import("../datapath/datapath.ts");
  print("\nThis kernel");
  for (const { what, choice, why } of probeKernel()) print(`  ${what}: ${choice} (${why})`);
  const pods = new Map(rows.map((row) => [`${row.containerId} ${row.ifname}`, row]));
  for (const row of pods.values()) {
    print(`\n${escapeText(row.pod)} ${escapeText(row.ifname)}`);
    for (const { what, choice, why } of row.choices) {
      print(`  ${escapeText(what)}: ${escapeText(choice)} (${escapeText(why, 400)})`);
    }
  }
}

async function printTable(rows: readonly Row[]): Promise<void> {
  const { formatTable } = await import("../../cli/table.ts");
  const now = Date.now();
  print(formatTable(
    COLUMNS,
    rows.map((row) => [
      escapeText(row.pod, 120),
      escapeText(row.ifname),
      row.direction,
      formatRate(row.rate),
      formatBytes(row.burst),
      escapeText(row.attach),
      escapeText(row.queue),
      row.bytes === null ? "gone" : formatBytes(row.bytes),
      row.bytes === null || row.heavyBytes === null ? "" : formatPercent(row.heavyBytes, row.bytes),
      String(row.drops ?? ""),
      String(row.marks ?? ""),
      row.waitingBytes === null ? "" : formatBytes(BigInt(row.waitingBytes)),
      formatAge(now - Date.parse(row.created)),
    ]),
  ));
}
