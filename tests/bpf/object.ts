/** Loads BPF objects that a test compiled itself. */
import { NativeError } from "../../ffi/native.ts";
import { BpfObject } from "../../src/ebpf/object.ts";
import { LoadFailure } from "./load_failure.ts";

/** How to prepare an object for loading. */
export interface LoadOptions {
  /** Entries of maps by name, where they differ from the source's. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Writes into global data, by the map's name. */
  readonly data?: Readonly<Record<string, (value: DataView) => void>>;
  /** The programs, which are all loaded as for an egress hook. */
  readonly programs: readonly string[];
}

/**
 * @param name What a failure calls it.
 * @throws {LoadFailure} If the kernel refuses it.
 * @throws {NativeError} If the object cannot be read or prepared.
 */
export function loadObject(name: string, elf: Uint8Array<ArrayBuffer>, options: LoadOptions): BpfObject {
  using undo = new DisposableStack();
  const object = undo.use(new BpfObject(elf, "test"));
  for (const [map, entries] of Object.entries(options.sizes ?? {})) object.resizeMap(map, entries);
  for (const [map, write] of Object.entries(options.data ?? {})) write(object.initialValue(map));
  for (const program of options.programs) object.prepare(program, "egress");
  asLoadFailure(`"${name}"`, () => object.load());
  undo.move();
  return object;
}

/** Turns the kernel's refusal of an object into a {@linkcode LoadFailure}. */
export function asLoadFailure<T>(name: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof NativeError) || error.call !== "load the BPF object") throw error;
    throw new LoadFailure(name, error.message, { cause: error });
  }
}
