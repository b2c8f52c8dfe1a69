/**
 * Measures programs in turns: each row's own baseline runs right before it, so that both meet the same
 * machine.
 */
import { compile } from "../../../tests/bpf/compile.ts";
import { Datapath } from "../../../tests/bpf/datapath.ts";
import { programMaps, writeEntry } from "../../../tests/bpf/maps.ts";
import type { BpfObject } from "../../../src/ebpf/object.ts";
import { loadObject } from "../../../tests/bpf/object.ts";
import { progRun } from "../../../tests/bpf/prog_run.ts";
import { summarize, type Summary } from "../../../tests/rig/stats.ts";
import type { Case } from "./cases.ts";

/** A row's figures, ns a packet. */
export interface Result {
  readonly case: Case;
  /** What a program costs that does nothing. */
  readonly empty: Summary;
  /** What natra's costs above that, round by round. */
  readonly above: Summary;
}

/** How much to measure. */
export interface Effort {
  /** Packets of one measurement. */
  readonly repeat: number;
  readonly rounds: number;
}

const SOURCE = "lab/bench/packet/drivers.bpf.c";
const DRIVERS = ["empty", "clock", "stir"];
/** A counter may miss what a flow takes until it is heavy, and what came before the credit was used up. */
const OF_ANOTHER_KIND = 0.01;

/**
 * Measures all rows, round by round.
 *
 * @param cases The rows.
 * @param effort How much.
 * @param onRound Told after each round, from 1 on.
 * @throws {LoadFailure} If the kernel refuses a program.
 * @throws {Error} If a row's packets were not of the row's kind.
 */
export function measure(cases: readonly Case[], effort: Effort, onRound: (round: number) => void): Result[] {
  const elf = compile(SOURCE);
  const empty: number[][] = cases.map(() => []), above: number[][] = cases.map(() => []);
  for (let round = 1; round <= effort.rounds; round++) {
    cases.forEach((row, index) => {
      using drivers = loadObject(SOURCE, elf, { programs: DRIVERS });
      const measured = measureOnce(row, drivers, effort.repeat);
      empty[index]?.push(measured.empty);
      above[index]?.push(measured.full - measured.empty);
    });
    onRound(round);
  }
  return cases.map((row, index) => ({
    case: row,
    empty: summarize(empty[index] ?? []),
    above: summarize(above[index] ?? []),
  }));
}

/** What reading the clock alone costs above a program that does nothing, ns. @throws {LoadFailure} */
export function measureClock({ repeat, rounds }: Effort): Summary {
  using drivers = loadObject(SOURCE, compile(SOURCE), { programs: DRIVERS });
  const packet = new Uint8Array(64);
  const time = (name: string): number => progRun(drivers.programFd(name), packet, { repeat }).duration;
  return summarize(Array.from({ length: rounds }, () => {
    const empty = time("empty");
    return time("clock") - empty;
  }));
}

function measureOnce(row: Case, drivers: BpfObject, repeat: number): { empty: number; full: number } {
  using datapath = Datapath.shipped(row.options);
  const own = datapath.programFd(row.program), empty = drivers.programFd("empty");
  const time = (program: number): number => {
    const [start, metadata] = [row.stirred ? drivers.programFd("stir") : program, row.metadata];
    if (row.stirred) direct(drivers, program);
    progRun(start, row.packet, { ...metadata, repeat: repeat / 10 }); // warm
    return progRun(start, row.packet, { ...metadata, repeat }).duration;
  };
  const times = { empty: time(empty), full: time(own) };
  const counted = datapath.stats()[row.counted];
  if (counted < repeat * (1.1 - OF_ANOTHER_KIND)) {
    throw new Error(
      `Cannot measure "${row.name}": ${row.counted} is ${counted} after ${repeat * 1.1} packets`,
    );
  }
  return times;
}

/** Has `stir` hand its packets on to a program. */
function direct(drivers: BpfObject, program: number): void {
  using maps = programMaps(drivers.programFd("stir"));
  const next = maps.fds.get("next");
  if (next === undefined) throw new Error(`Cannot find map "next" in "${SOURCE}"`);
  writeEntry(next, new Uint8Array(4), new Uint8Array(new Int32Array([program]).buffer));
}
