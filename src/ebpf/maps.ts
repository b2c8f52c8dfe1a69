import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { libbpf } from "./libbpf.ts";

/** Entries of a map: the key of entry n is at `n * keySize`, its value at `n * valueSize`. */
export interface Entries {
  readonly count: number;
  readonly keys: Uint8Array<ArrayBuffer>;
  readonly values: DataView<ArrayBuffer>;
}

/** The sizes of a map's entries in bytes, and their maximum number. */
export interface EntryShape {
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

/**
 * Reads all entries of a map that is not per CPU, by one system call unless the map grows meanwhile (Linux
 * 5.6).
 *
 * @param fd The map's descriptor.
 * @returns The entries, of an array in the order of its indices. Those that change meanwhile may be missed.
 * @throws {NativeError}
 */
export function readEntries(fd: number, { keySize, valueSize, maxEntries }: EntryShape): Entries {
  const keys = new Uint8Array(keySize * maxEntries);
  const values = new Uint8Array(valueSize * maxEntries);
  // where the next call continues: a key, or a bucket's number
  const position = new Uint8Array(Math.max(keySize, 4));
  let count = 0;
  for (let first = true; count < maxEntries; first = false) {
    const room = new Uint32Array([maxEntries - count]);
    const result = libbpf().bpf_map_lookup_batch(
      fd,
      first ? null : position.slice(),
      position,
      keys.subarray(count * keySize),
      values.subarray(count * valueSize),
      new Uint8Array(room.buffer),
      null,
    );
    // ENOENT: that was the last batch; ENOSPC: no room for the next bucket, and nothing was counted.
    if (result < 0 && result !== -Errno.ENOENT) {
      if (result === -Errno.ENOSPC && count > 0) break;
      throw new NativeError("read a map's entries", -result);
    }
    count += room[0] ?? 0;
    if (result < 0) break;
  }
  return { count, keys, values: new DataView(values.buffer) };
}
