import type { Applied } from "../datapath/applied.ts";
import type { QueueStats } from "../datapath/pacer/pacer.ts";
import { formatRate } from "../limits/quantity.ts";
import { describeError } from "../log/describe.ts";
import { type Direction, DIRECTIONS } from "../state/names.ts";
import type { Command } from "./commands.ts";
import { formatAge, formatBytes } from "./format.ts";
import { type Options, OUTPUT, outputFormat } from "./options.ts";
import { print, printJson } from "./output.ts";
import { podName, wantedPods } from "./pods.ts";

/** `natra status` */
export const command: Command = {
  usage: "[POD…] [-v] [-o json|table]",
  about:
    `One row for each pod and direction that is limited on this node. With POD, only pods whose namespace/name (or
container ID) contains it.`,
  options: [
    { name: "verbose", short: "v", about: "also why each choice was made: interface, attachment, queue" },
    OUTPUT,
  ],
  words: { name: "POD", most: Infinity, complete: "pods" },
  notes:
    `Columns: RATE in bits/s; ATTACH is how the program hangs on the interface; QUEUE holds what has to wait;
BYTES on the wire, and the HEAVY part of them, that of flows above their fair share; DROPS and MARKS in packets,
by the program, the queue and the guard together; WAITING is what the queue holds now.

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
    const { readCounters, readQueues } = await import("../datapath/mod.ts");
    for (const applied of pods) {
      const queues = attempt(() => readQueues(applied));
      for (const direction of DIRECTIONS) {
        const counters = attempt(() => readCounters(applied, direction));
        const row = makeRow(applied, direction, counters, queues?.[direction] ?? null);
        if (row !== null) rows.push(row);
      }
    }
  }
  rows.sort((a, b) => `${a.pod} ${a.direction}` < `${b.pod} ${b.direction}` ? -1 : 1);
  if (format === "json") printJson(rows);
  else await printTable(rows, options.flag("verbose"));
  return rows.some(({ bytes }) => bytes === null) ? 1 : 0;
}

/** One pod that is going away must not hide the others. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    Deno.stderr.writeSync(new TextEncoder().encode(`natra: ${describeError(error)}\n`));
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
  { head: "RATE", align: "right" },
  { head: "ATTACH" },
  { head: "QUEUE" },
  { head: "BYTES", align: "right" },
  { head: "HEAVY", align: "right" },
  { head: "DROPS", align: "right" },
  { head: "MARKS", align: "right" },
  { head: "WAITING", align: "right" },
  { head: "AGE", align: "right" },
] as const;

async function printTable(rows: readonly Row[], verbose: boolean): Promise<void> {
  if (rows.length === 0) return print("No pod is limited on this node.");
  const { formatTable } = await import("./table.ts");
  print(formatTable(
    COLUMNS,
    rows.map((row) => [
      row.pod,
      row.ifname,
      row.direction,
      formatRate(row.rate),
      row.attach,
      row.queue,
      row.bytes === null ? "gone" : formatBytes(row.bytes),
      row.bytes === null || row.heavyBytes === null ? "" : percent(row.heavyBytes, row.bytes),
      String(row.drops ?? ""),
      String(row.marks ?? ""),
      row.waitingBytes === null ? "" : formatBytes(BigInt(row.waitingBytes)),
      formatAge(Date.now() - Date.parse(row.created)),
    ]),
  ));
  if (!verbose) return;
  const pods = new Map(rows.map((row) => [`${row.pod} ${row.ifname}`, row.choices]));
  for (const [pod, choices] of pods) {
    print(`\n${pod}`);
    for (const { what, choice, why } of choices) print(`  ${what}: ${choice} (${why})`);
  }
}

function percent(part: bigint, whole: bigint): string {
  return whole === 0n ? "0%" : `${(Number(part) * 100 / Number(whole)).toFixed(0)}%`;
}
