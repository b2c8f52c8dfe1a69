/**
 * One direction of one pod as the kernel has it, without a pod: its programs run on packets that a test
 * makes.
 */
import { type Counters, sumCounters } from "../../src/natra/datapath/counters.ts";
import { mapValue } from "../../src/ebpf/info.ts";
import { type Knobs, knobsFor, NEVER, type Queue } from "../../src/natra/datapath/knobs.ts";
import {
  clock as clockLayout,
  knobs as knobsLayout,
  maps as mapLayouts,
  sections,
  state,
} from "../../src/natra/datapath/layout.ts";
import { loadPrograms, type ProgramName, type Wanted } from "../../src/natra/datapath/object.ts";
import { readEntries } from "../../src/ebpf/maps.ts";
import { readStruct, writeStruct } from "../../src/ebpf/struct.ts";
import { libbpf } from "../../src/ebpf/libbpf.ts";
import type { DirectionLimit, PacerKind } from "../../src/natra/limits/fields.ts";
import { limitOf } from "../rig/any_limit.ts";
import { compile } from "./compile.ts";
import { type ProgramMaps, programMaps, readCells, writeCells } from "./maps.ts";
import { asLoadFailure, loadObject } from "./object.ts";
import { type Metadata, type Outcome, progRun } from "./prog_run.ts";

/** A frame. */
type Packet = Uint8Array<ArrayBuffer>;

/** What to load. */
export interface DatapathOptions {
  /** What differs from the defaults, with which the burst follows from the rate; default: 10 Mbit/s. */
  readonly limit?: Partial<DirectionLimit>;
  /** Default: htb. */
  readonly pacer?: PacerKind;
  /** Whether the queue shares itself out among heavy flows; default: true for htb. */
  readonly givesTurns?: boolean;
  /** Whether packets pass unsorted while the pod has most of its credit; default: false. */
  readonly calm?: boolean;
  /** Default: a number of the tests' own. */
  readonly seed?: bigint;
}

/** The counters of struct stats, by name. */
export type Stats = Readonly<Record<keyof Counters, number>>;

/** An entry of the heavy flows' map. */
export interface HeavyFlow {
  readonly sport: number;
  readonly dport: number;
  readonly protocol: number;
  /** ns */
  readonly since: bigint;
  readonly last: bigint;
  readonly bytes: number;
  readonly drops: number;
  readonly marks: number;
}

const SEED = 0x5eed_5eed_5eed_5eedn;
/** Every program, at the hook that it is for. */
const WANTED: readonly Wanted[] = [
  { program: "natra_shape", hook: { point: "egress" } },
  { program: "natra_guard", hook: { point: "ingress" } },
  { program: "natra_redirect", hook: { point: "ingress" } },
];
const FLOWS = { keySize: mapLayouts.flows.key.size, valueSize: mapLayouts.flows.value.size, maxEntries: 256 };
const STATE_KEY = new Uint8Array(4);

libbpf(); // opened for the process's whole life: Deno would call that a leak of whichever test comes first

let clockedElf: Uint8Array<ArrayBuffer> | undefined;

/** The programs and maps of one direction. */
export class Datapath implements Disposable {
  readonly #owned: DisposableStack;
  readonly #programFds: ReadonlyMap<ProgramName, number>;
  readonly #maps: ProgramMaps;

  private constructor(
    programs: Disposable & { programFd(name: ProgramName): number },
    readonly limit: DirectionLimit,
    readonly knobs: Knobs,
  ) {
    using undo = new DisposableStack();
    undo.use(programs);
    this.#programFds = new Map(WANTED.map(({ program }) => [program, programs.programFd(program)]));
    this.#maps = undo.use(programMaps(this.programFd("natra_shape")));
    this.#owned = undo.move();
  }

  /** What the product ships, loaded by the product: its clock is the kernel's. @throws {LoadFailure} */
  static shipped(options: DatapathOptions = {}): Datapath {
    const { limit, knobs } = decide(options);
    const object = asLoadFailure(`"natra.bpf.o"`, () => loadPrograms(WANTED, limit, knobs));
    return new Datapath(object, limit, knobs);
  }

  /**
   * The same source with its clock in the test's hand (clocked.bpf.c): a packet's time is its `at`. @throws
   * {LoadFailure}
   */
  static clocked(options: DatapathOptions = {}): Datapath {
    const { limit, knobs } = decide(options);
    clockedElf ??= compile("tests/bpf/clocked.bpf.c");
    const cells = limit.width * limit.depth;
    const write = (data: DataView): void =>
      writeStruct(data, knobsLayout, knobs, sections[".rodata"].variables.knobs.offset);
    const object = loadObject("tests/bpf/clocked.bpf.c", clockedElf, {
      programs: WANTED.map(({ program }) => program),
      sizes: { sketch: cells, guard_sketch: limit.mice === "free" ? cells : 1 },
      data: { ".rodata": write },
    });
    return new Datapath(object, limit, knobs);
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  /** Instructions that the verifier walked through for natra_shape. */
  get verifiedInstructions(): number | null {
    return this.#maps.verifiedInstructions;
  }

  /** A program's descriptor. It stays this object's. */
  programFd(name: ProgramName): number {
    return this.#programFds.get(name)!;
  }

  /** Runs natra_shape on a packet. */
  shape(packet: Packet, metadata: Metadata = {}): Outcome {
    return progRun(this.programFd("natra_shape"), packet, metadata);
  }

  /** Runs natra_guard on a packet. */
  guard(packet: Packet, metadata: Metadata = {}): Outcome {
    return progRun(this.programFd("natra_guard"), packet, metadata);
  }

  /** The counters. */
  stats(): Stats {
    const counted = sumCounters(this.#fd("work"));
    return Object.fromEntries(Object.entries(counted).map(([name, n]) => [name, Number(n)])) as Record<
      keyof typeof counted,
      number
    >;
  }

  /** What a clock was charged since the datapath was loaded, ns. */
  charged(clock: "pod" | "light" | "ack" | "guard"): bigint {
    const at = sections[".bss"].variables.state.offset + state.fields[clock].offset;
    return readStruct(this.#state(), clockLayout, at).sum;
  }

  /** The sketch, row after row. */
  cells(): BigUint64Array<ArrayBuffer> {
    return readCells(this.#fd("sketch"), this.limit.width * this.limit.depth);
  }

  /** The cells that a packet is charged to, when the sketch is empty. It empties the sketch. */
  placement(packet: Packet, metadata: Metadata = {}): number[] {
    this.setCells(new BigUint64Array(this.limit.width * this.limit.depth));
    this.shape(packet, metadata);
    const touched: number[] = [];
    this.cells().forEach((cell, index) => {
      if (cell !== 0n) touched.push(index);
    });
    return touched;
  }

  /** Overwrites the sketch. */
  setCells(cells: BigUint64Array<ArrayBuffer>): void {
    writeCells(this.#fd("sketch"), cells);
  }

  /** The heavy flows that are remembered. */
  flows(): HeavyFlow[] {
    const { keySize, valueSize } = FLOWS;
    const { count, keys, values } = readEntries(this.#fd("flows"), FLOWS);
    return Array.from({ length: count }, (_, index) => {
      const { sport, dport, protocol } = mapLayouts.flows.key.fields;
      const key = new DataView(keys.buffer, index * keySize, keySize);
      const found = readStruct(values, mapLayouts.flows.value, index * valueSize);
      return {
        sport: key.getUint16(sport.offset),
        dport: key.getUint16(dport.offset),
        protocol: key.getUint8(protocol.offset),
        since: found.since,
        last: found.last,
        bytes: Number(found.bytes),
        drops: Number(found.drops),
        marks: Number(found.marks),
      };
    });
  }

  #state(): DataView {
    const value = mapValue(this.#fd(".bss"), STATE_KEY, sections[".bss"].size);
    if (value === null) throw new Error("Cannot read the state: its map is empty");
    return value;
  }

  #fd(suffix: string): number {
    // The kernel keeps 15 characters: global data is named after its object, the others as in the source.
    for (const [name, fd] of this.#maps.fds) {
      if (name === suffix || name.endsWith(suffix) && suffix[0] === ".") return fd;
    }
    throw new Error(`Cannot find map "${suffix}": the program has ${[...this.#maps.fds.keys()].join(", ")}`);
  }
}

function queueOf({ pacer = "htb", givesTurns = pacer === "htb" }: DatapathOptions): Queue {
  return { kind: pacer, givesTurns };
}

function decide(options: DatapathOptions): { limit: DirectionLimit; knobs: Knobs } {
  const { rate = 10_000_000n } = options.limit ?? {};
  const limit = { ...limitOf(String(rate)), ...options.limit };
  const knobs = knobsFor(limit, queueOf(options), options.seed ?? SEED);
  return { limit, knobs: options.calm ? knobs : { ...knobs, calm: NEVER } };
}
