import { Errno } from "../../ffi/errno.ts";
import { checkNegative, cstr, libc, NativeError, text } from "../../ffi/native.ts";
import { libbpf, takeLog } from "./libbpf.ts";

/** A pinned object's descriptor. */
class Opened implements Disposable {
  constructor(readonly fd: number) {}
  [Symbol.dispose](): void {
    libc.close(this.fd);
  }
}

/** Opens a pinned object. @returns null if there is no such pin. @throws {NativeError} */
export function openPin(path: string): (Disposable & { readonly fd: number }) | null {
  const fd = libbpf().bpf_obj_get(cstr(path));
  if (fd === -Errno.ENOENT) {
    takeLog();
    return null;
  }
  return new Opened(checkNegative(`open pin "${path}"`, fd, takeLog()));
}

/** Reads struct bpf_*_info of an object. @throws {NativeError} */
function info(fd: number, what: string, size: number): DataView {
  const bytes = new Uint8Array(size);
  const length = new Uint8Array(new Uint32Array([size]).buffer);
  checkNegative(`read ${what}`, libbpf().bpf_obj_get_info_by_fd(fd, bytes, length));
  return new DataView(bytes.buffer);
}

/** A tcx link. */
export interface LinkInfo {
  readonly programId: number;
  /** 0 once the interface is gone. */
  readonly ifindex: number;
}

/** @returns null if there is no such pin. @throws {NativeError} */
export function linkInfo(pin: string): LinkInfo | null {
  using link = openPin(pin);
  if (link === null) return null;
  // struct bpf_link_info: type, id, prog_id, then tcx { ifindex, … }
  const fields = info(link.fd, `link "${pin}"`, 64);
  return { programId: fields.getUint32(8, true), ifindex: fields.getUint32(16, true) };
}

/** A loaded program's id. @throws {NativeError} */
export function programId(fd: number): number {
  return info(fd, "a program", 64).getUint32(4, true); // struct bpf_prog_info: type, id, …
}

/** A pinned program's id. @returns null if there is no such pin. @throws {NativeError} */
export function pinnedProgramId(pin: string): number | null {
  using program = openPin(pin);
  return program === null ? null : programId(program.fd);
}

/**
 * A loaded program's name; the kernel keeps 15 bytes of it.
 *
 * @returns null if the program is gone.
 * @throws {NativeError}
 */
export function programName(id: number): string | null {
  const fd = libbpf().bpf_prog_get_fd_by_id(id);
  if (fd === -Errno.ENOENT) {
    takeLog();
    return null;
  }
  using program = new Opened(checkNegative(`open program ${id}`, fd, takeLog()));
  const fields = info(program.fd, `program ${id}`, 80); // struct bpf_prog_info: … name[16] at 64
  return text(new Uint8Array(fields.buffer, 64, 16));
}

/**
 * Reads one value of a map.
 *
 * @param fd The map's descriptor.
 * @param size Bytes of a value.
 * @returns null if the map has no such key.
 * @throws {NativeError}
 */
export function mapValue(fd: number, key: Uint8Array<ArrayBuffer>, size: number): DataView | null {
  const value = new Uint8Array(size);
  const result = libbpf().bpf_map_lookup_elem(fd, key, value);
  if (result === -Errno.ENOENT) return null;
  if (result < 0) throw new NativeError("read a map", -result);
  return new DataView(value.buffer);
}

/** The kind and size of a map. */
export interface MapShape {
  readonly type: number;
  /** Bytes. */
  readonly keySize: number;
  readonly valueSize: number;
  readonly entries: number;
}

/** @param fd The map's descriptor. @throws {NativeError} */
export function mapShape(fd: number): MapShape {
  // struct bpf_map_info: type, id, key_size, value_size, max_entries, …
  const fields = info(fd, "a map", 24);
  return {
    type: fields.getUint32(0, true),
    keySize: fields.getUint32(8, true),
    valueSize: fields.getUint32(12, true),
    entries: fields.getUint32(16, true),
  };
}

/** How many values an entry of a per-CPU map has. @throws {NativeError} */
export function possibleCpus(): number {
  return checkNegative("count the CPUs", libbpf().libbpf_num_possible_cpus());
}
