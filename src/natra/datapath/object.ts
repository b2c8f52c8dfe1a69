import {
  address,
  checkNegative,
  cstr,
  embeddedFile,
  notNull,
  type Pointer,
  text,
  view,
} from "../../../ffi/native.ts";
import { TcxHook } from "../../ebpf/features.ts";
import { libbpf, takeLog } from "../../ebpf/libbpf.ts";
import { stillAlive } from "../../kernel/watchdog.ts";
import type { DirectionLimit } from "../limits/fields.ts";
import { replacePin } from "../../ebpf/pins.ts";
import type { Knobs } from "./knobs.ts";
import { knobs as knobsLayout, sections } from "./layout.ts";
import { writeStruct } from "../../ebpf/struct.ts";

/** The programs of bpf/natra/natra.bpf.c. */
const PROGRAMS = ["natra_shape", "natra_guard", "natra_redirect"] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** A program that is to be loaded, and the kind of hook that it will be attached to. */
export interface Wanted {
  readonly program: ProgramName;
  readonly hook: { readonly point: keyof typeof TcxHook };
}

/** The maps of bpf/natra/natra.bpf.c that outlive the process, by the name of their pin. */
export const MAPS = {
  state: ".bss",
  knobs: ".rodata",
  sketch: "sketch",
  flows: "flows",
  work: "work",
} as const;
export type MapName = keyof typeof MAPS;

const OPEN_OPTS = 80; // struct bpf_object_open_opts: sz, object_name, …, kernel_log_buf, kernel_log_size, kernel_log_level
const VERIFIER_LOG = 1 << 20;
/** The verifier's reason stands at the end of its log, and a log line has its limits. */
const VERIFIER_TAIL = 1000;
const BPF_F_RDONLY_PROG = 0x80;

/** One direction's programs and maps, loaded. Closing it leaves alive what is pinned or attached. */
export class BpfObject implements Disposable {
  readonly #object: Pointer;
  readonly #verifierLog = new Uint8Array(VERIFIER_LOG); // the kernel writes into it only when it refuses a program

  private constructor() {
    const elf = embeddedFile("natra.bpf.o");
    const name = cstr("natra"); // else libbpf names the maps after the address of the ELF
    const opts = new DataView(new ArrayBuffer(OPEN_OPTS));
    opts.setBigUint64(0, BigInt(OPEN_OPTS), true);
    opts.setBigUint64(8, address(name), true);
    opts.setBigUint64(56, address(this.#verifierLog), true);
    opts.setBigUint64(64, BigInt(VERIFIER_LOG), true);
    const object = libbpf().bpf_object__open_mem(elf, BigInt(elf.length), new Uint8Array(opts.buffer));
    this.#object = notNull("open the BPF object", object, takeLog());
  }

  /**
   * Loads the programs and maps for one direction of one pod.
   *
   * @param wanted The programs; the others are left out.
   * @param limit Gives the sketch its size.
   * @param knobs What the programs are told; the kernel never changes them again.
   * @param reused Descriptors of maps that go on: they keep what they hold.
   * @throws {NativeError} With libbpf's and the verifier's own words, if the kernel refuses.
   */
  static load(
    wanted: readonly Wanted[],
    limit: DirectionLimit,
    knobs: Knobs,
    reused: ReadonlyMap<MapName, number> = new Map(),
  ): BpfObject {
    const guarded = wanted.some(({ program }) => program === "natra_guard");
    using undo = new DisposableStack();
    const object = undo.use(new BpfObject());
    for (const name of PROGRAMS) object.#prepare(name, wanted.find(({ program }) => program === name));
    object.#size("sketch", limit.width * limit.depth);
    object.#size("guard_sketch", guarded && limit.mice === "free" ? limit.width * limit.depth : 1);
    object.#write(knobs);
    for (const [pin, fd] of reused) {
      checkNegative(
        `go on with map ${pin}`,
        libbpf().bpf_map__reuse_fd(object.#map(MAPS[pin]), fd),
        takeLog(),
      );
    }
    const loaded = libbpf().bpf_object__load(object.#object);
    stillAlive();
    if (loaded < 0) checkNegative("load the BPF object", loaded, `${takeLog()} ${object.#verifierWords()}`);
    undo.move();
    return object;
  }

  #verifierWords(): string {
    const words = text(this.#verifierLog).trim();
    return words.length > VERIFIER_TAIL ? `… ${words.slice(-VERIFIER_TAIL)}` : words;
  }

  [Symbol.dispose](): void {
    libbpf().bpf_object__close(this.#object);
  }

  /** A loaded program, for attaching. It stays this object's. */
  program(name: ProgramName): Pointer {
    return this.#program(name);
  }

  /** A loaded program's descriptor. It stays this object's. */
  programFd(name: ProgramName): number {
    return checkNegative(`use ${name}`, libbpf().bpf_program__fd(this.#program(name)));
  }

  /** Pins the maps that outlive the process into a directory. @throws {NativeError} */
  pinMaps(directory: string): void {
    for (const [pin, name] of Object.entries(MAPS)) this.#pin(name, `${directory}/${pin}`);
  }

  /** Pins its maps in place of an earlier object's, but for those that go on. @throws {NativeError} */
  replaceMaps(directory: string, reused: ReadonlyMap<MapName, number>): void {
    for (const [pin, name] of Object.entries(MAPS)) {
      if (reused.has(pin as MapName)) continue;
      replacePin(`${directory}/${pin}`, (draft) => this.#pin(name, draft));
    }
  }

  #pin(name: string, path: string): void {
    checkNegative(`pin map "${path}"`, libbpf().bpf_map__pin(this.#map(name), cstr(path)), takeLog());
  }

  #prepare(name: ProgramName, wanted: Wanted | undefined): void {
    const program = this.#program(name);
    checkNegative(`prepare ${name}`, libbpf().bpf_program__set_autoload(program, wanted !== undefined));
    if (wanted === undefined) return;
    // Without it a tcx attachment is refused; kernels without tcx ignore it.
    const type = TcxHook[wanted.hook.point];
    checkNegative(`prepare ${name}`, libbpf().bpf_program__set_expected_attach_type(program, type));
  }

  #program(name: string): Pointer {
    return notNull(
      `find program ${name}`,
      libbpf().bpf_object__find_program_by_name(this.#object, cstr(name)),
    );
  }

  #map(name: string): Pointer {
    return notNull(`find map ${name}`, libbpf().bpf_object__find_map_by_name(this.#object, cstr(name)));
  }

  #size(name: string, entries: number): void {
    checkNegative(`size map ${name}`, libbpf().bpf_map__set_max_entries(this.#map(name), entries));
  }

  #write(knobs: Knobs): void {
    // libbpf makes global data mappable, whole pages of it: 16 KiB for what takes 2. Nobody maps it here.
    this.#flags(MAPS.state, 0);
    this.#flags(MAPS.knobs, BPF_F_RDONLY_PROG);
    const size = new BigUint64Array(1);
    const value = libbpf().bpf_map__initial_value(this.#map(MAPS.knobs), new Uint8Array(size.buffer));
    const rodata = view(notNull("find the knobs", value), Number(size[0]));
    writeStruct(new DataView(rodata), knobsLayout, knobs, sections[".rodata"].variables.knobs.offset);
  }

  #flags(name: string, flags: number): void {
    checkNegative(`prepare map ${name}`, libbpf().bpf_map__set_map_flags(this.#map(name), flags));
  }
}
