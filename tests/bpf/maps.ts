/** Reads a loaded program's maps, loaded by any process, pinned or not. */
import { address, checkNegative, libc, text } from "../../ffi/native.ts";
import { readEntries } from "../../src/ebpf/maps.ts";
import { libbpf as product } from "../../src/ebpf/libbpf.ts";
import { libbpf } from "./libbpf.ts";

const PROG_INFO = 232; // sizeof(struct bpf_prog_info)
const VERIFIED = 216; // its verified_insns
const MAP_INFO = 80; // the start of struct bpf_map_info: type, id, key_size, value_size, max_entries, map_flags, name
const MOST_MAPS = 16;

/** A loaded program's maps by their names in the kernel, and what the verifier's work on it was. */
export interface ProgramMaps extends Disposable {
  /** Descriptors, open until disposed. */
  readonly fds: ReadonlyMap<string, number>;
  /** Instructions that the verifier walked through; null: the kernel does not tell. */
  readonly verifiedInstructions: number | null;
}

/** @param program A loaded program's descriptor. @throws {NativeError} */
export function programMaps(program: number): ProgramMaps {
  const ids = new Uint32Array(MOST_MAPS);
  const info = new DataView(new ArrayBuffer(PROG_INFO));
  info.setUint32(52, MOST_MAPS, true); // nr_map_ids, map_ids
  info.setBigUint64(56, address(ids), true);
  const told = readInfo("a program", program, info);
  const fds = new Map<string, number>();
  for (const id of ids.subarray(0, info.getUint32(52, true))) {
    const fd = checkNegative(`open map ${id}`, libbpf.bpf_map_get_fd_by_id(id));
    const map = new DataView(new ArrayBuffer(MAP_INFO));
    readInfo(`map ${id}`, fd, map);
    fds.set(text(new Uint8Array(map.buffer, 24, 16)), fd);
  }
  return {
    fds,
    verifiedInstructions: told < VERIFIED + 4 ? null : info.getUint32(VERIFIED, true),
    [Symbol.dispose]: () => {
      for (const fd of fds.values()) libc.close(fd);
    },
  };
}

/** @returns How many bytes of it the kernel knows. */
function readInfo(what: string, fd: number, info: DataView<ArrayBuffer>): number {
  const size = new Uint32Array([info.byteLength]);
  const bytes = new Uint8Array(size.buffer);
  checkNegative(`read ${what}`, product().bpf_obj_get_info_by_fd(fd, new Uint8Array(info.buffer), bytes));
  return size[0] ?? 0;
}

/** All of an array of 64-bit cells. @throws {NativeError} */
export function readCells(fd: number, count: number): BigUint64Array<ArrayBuffer> {
  return new BigUint64Array(readEntries(fd, { keySize: 4, valueSize: 8, maxEntries: count }).values.buffer);
}

/** Overwrites an array of 64-bit cells from its first on. @throws {NativeError} */
export function writeCells(fd: number, cells: BigUint64Array<ArrayBuffer>): void {
  const keys = new Uint8Array(Uint32Array.from(cells, (_, index) => index).buffer);
  const counted = new Uint8Array(new Uint32Array([cells.length]).buffer);
  const values = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  checkNegative("write a map's cells", libbpf.bpf_map_update_batch(fd, keys, values, counted, null));
}

/** Sets one entry. @throws {NativeError} */
export function writeEntry(fd: number, key: Uint8Array<ArrayBuffer>, value: Uint8Array<ArrayBuffer>): void {
  checkNegative("write a map", libbpf.bpf_map_update_elem(fd, key, value, 0n));
}
