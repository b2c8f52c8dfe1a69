/** Loads BPF objects that a test compiled itself. */
import { address, cstr, NativeError, notNull, type Pointer, text, view } from "../../ffi/native.ts";
import { libbpf } from "../../src/ebpf/libbpf.ts";
import { LoadFailure } from "./load_failure.ts";

const OPEN_OPTS = 80; // sizeof(struct bpf_object_open_opts): sz, name, …, log buffer at 56, its size, its level
const LOG_BYTES = 1 << 20;
const LOG_SHOWN = 4000; // characters: the reason stands at the end
const TCX_EGRESS = 47;

/** How to prepare an object for loading. */
export interface LoadOptions {
  /** Entries of maps by name, where they differ from the source's. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Writes into global data, by the map's name. */
  readonly data?: Readonly<Record<string, (value: DataView) => void>>;
  /** The programs, which are all loaded as for an egress hook. */
  readonly programs: readonly string[];
}

/** A loaded object. */
export class TestObject implements Disposable {
  readonly #object: Pointer;

  private constructor(readonly name: string, elf: Uint8Array<ArrayBuffer>, log: Uint8Array<ArrayBuffer>) {
    const shortName = cstr("test");
    const opts = new DataView(new ArrayBuffer(OPEN_OPTS));
    opts.setBigUint64(0, BigInt(OPEN_OPTS), true);
    opts.setBigUint64(8, address(shortName), true);
    opts.setBigUint64(56, address(log), true);
    opts.setBigUint64(64, BigInt(log.length), true);
    const object = libbpf().bpf_object__open_mem(elf, BigInt(elf.length), new Uint8Array(opts.buffer));
    this.#object = notNull(`open "${name}"`, object);
  }

  /** @throws {LoadFailure} If the kernel refuses it. @throws {NativeError} If the object cannot be read or prepared. */
  static load(name: string, elf: Uint8Array<ArrayBuffer>, options: LoadOptions): TestObject {
    const log = new Uint8Array(LOG_BYTES);
    using undo = new DisposableStack();
    const loaded = undo.use(new TestObject(name, elf, log));
    for (const [map, entries] of Object.entries(options.sizes ?? {})) {
      check(`size map ${map}`, libbpf().bpf_map__set_max_entries(loaded.#map(map), entries));
    }
    for (const [map, write] of Object.entries(options.data ?? {})) write(loaded.#data(map));
    for (const program of options.programs) {
      check(
        `prepare ${program}`,
        libbpf().bpf_program__set_expected_attach_type(loaded.#program(program), TCX_EGRESS),
      );
    }
    const result = libbpf().bpf_object__load(loaded.#object);
    if (result < 0) throw new LoadFailure(`"${name}"`, text(log).trim().slice(-LOG_SHOWN));
    undo.move();
    return loaded;
  }

  [Symbol.dispose](): void {
    libbpf().bpf_object__close(this.#object);
  }

  /** A program's descriptor. It stays this object's. */
  programFd(name: string): number {
    return check(`use ${name}`, libbpf().bpf_program__fd(this.#program(name)));
  }

  /** A map's descriptor. It stays this object's. */
  mapFd(name: string): number {
    return check(`use map ${name}`, libbpf().bpf_map__fd(this.#map(name)));
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

  #data(name: string): DataView {
    const size = new BigUint64Array(1);
    const value = libbpf().bpf_map__initial_value(this.#map(name), new Uint8Array(size.buffer));
    return new DataView(view(notNull(`find the data of ${name}`, value), Number(size[0])));
  }
}

/** For functions that return -errno. @throws {NativeError} */
export function check(call: string, result: number): number {
  if (result < 0) throw new NativeError(call, -result);
  return result;
}
