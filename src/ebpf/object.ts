import { address, checkNegative, cstr, notNull, type Pointer, text, view } from "../../ffi/native.ts";
import { heartbeat } from "../kernel/watchdog.ts";
import { TcxHook } from "./features.ts";
import { libbpf, takeLog } from "./libbpf.ts";

// struct bpf_object_open_opts: sz, object_name, …, kernel_log_buf, kernel_log_size, kernel_log_level
const OPEN_OPTS = 80;
const VERIFIER_LOG = 1 << 20;
/** The verifier's reason stands at the end of its log, and a log line has its limits. */
const VERIFIER_TAIL = 1000;

/**
 * An ELF object of BPF programs and maps: opened, prepared, then loaded. Pinned and attached parts outlive
 * it. Every method throws a NativeError if the ELF has no program or map of that name.
 */
export class BpfObject implements Disposable {
  readonly #object: Pointer;
  readonly #verifierLog = new Uint8Array(VERIFIER_LOG); // written by the kernel only if it refuses a program

  /**
   * @param elf libbpf copies what it needs.
   * @param name The prefix of the names of global data maps. By default libbpf takes the address of the ELF.
   * @throws {NativeError} If it cannot be read.
   */
  constructor(elf: Uint8Array<ArrayBuffer>, name: string) {
    const ownName = cstr(name);
    const opts = new DataView(new ArrayBuffer(OPEN_OPTS));
    opts.setBigUint64(0, BigInt(OPEN_OPTS), true);
    opts.setBigUint64(8, address(ownName), true);
    opts.setBigUint64(56, address(this.#verifierLog), true);
    opts.setBigUint64(64, BigInt(VERIFIER_LOG), true);
    const object = libbpf().bpf_object__open_mem(elf, BigInt(elf.length), new Uint8Array(opts.buffer));
    this.#object = notNull("open the BPF object", object, takeLog());
  }

  [Symbol.dispose](): void {
    libbpf().bpf_object__close(this.#object);
  }

  /** Excludes a program from loading. */
  skip(program: string): void {
    checkNegative(`skip ${program}`, libbpf().bpf_program__set_autoload(this.#program(program), false));
  }

  /** Prepares a program for a hook. Kernels with tcx refuse to attach it otherwise; older ones ignore it. */
  prepare(program: string, point: keyof typeof TcxHook): void {
    const prepared = libbpf().bpf_program__set_expected_attach_type(this.#program(program), TcxHook[point]);
    checkNegative(`prepare ${program}`, prepared);
  }

  /** Sets how many entries a map has. */
  resizeMap(map: string, entries: number): void {
    checkNegative(`size map ${map}`, libbpf().bpf_map__set_max_entries(this.#map(map), entries));
  }

  /** Replaces a map's flags. @param flags BPF_F_… */
  setMapFlags(map: string, flags: number): void {
    checkNegative(`prepare map ${map}`, libbpf().bpf_map__set_map_flags(this.#map(map), flags));
  }

  /** Uses an existing map with its entries. @param fd Its descriptor, which stays the caller's. */
  reuseMap(map: string, fd: number): void {
    checkNegative(`reuse map ${map}`, libbpf().bpf_map__reuse_fd(this.#map(map), fd), takeLog());
  }

  /** The initial value of a global data map, writable before loading. */
  initialValue(map: string): DataView {
    const size = new BigUint64Array(1);
    const value = libbpf().bpf_map__initial_value(this.#map(map), new Uint8Array(size.buffer));
    return new DataView(view(notNull(`find the data of ${map}`, value), Number(size[0])));
  }

  /** Loads it. @throws {NativeError} With libbpf's and the verifier's messages, if the kernel refuses. */
  load(): void {
    const loaded = libbpf().bpf_object__load(this.#object);
    heartbeat();
    if (loaded < 0) checkNegative("load the BPF object", loaded, `${takeLog()} ${this.#verifierWords()}`);
  }

  /** A loaded program, for attaching. It stays this object's. */
  program(name: string): Pointer {
    return this.#program(name);
  }

  /** A loaded program's descriptor. It stays this object's. */
  programFd(name: string): number {
    return checkNegative(`use ${name}`, libbpf().bpf_program__fd(this.#program(name)));
  }

  /** A loaded map's descriptor. It stays this object's. */
  mapFd(name: string): number {
    return checkNegative(`use map ${name}`, libbpf().bpf_map__fd(this.#map(name)));
  }

  /** @throws {NativeError} If the path exists. */
  pinMap(map: string, path: string): void {
    checkNegative(`pin map "${path}"`, libbpf().bpf_map__pin(this.#map(map), cstr(path)), takeLog());
  }

  #verifierWords(): string {
    const words = text(this.#verifierLog).trim();
    return words.length > VERIFIER_TAIL ? `… ${words.slice(-VERIFIER_TAIL)}` : words;
  }

  #program(name: string): Pointer {
    const program = libbpf().bpf_object__find_program_by_name(this.#object, cstr(name));
    return notNull(`find program ${name}`, program);
  }

  #map(name: string): Pointer {
    return notNull(`find map ${name}`, libbpf().bpf_object__find_map_by_name(this.#object, cstr(name)));
  }
}
