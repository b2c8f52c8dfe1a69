import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { libbpf } from "./libbpf.ts";

/** Entries of a map, side by side: the key of number n stands at `n * keySize`, its value at `n * valueSize`. */
export interface Entries {
  readonly count: number;
  readonly keys: Uint8Array<ArrayBuffer>;
  readonly values: DataView<ArrayBuffer>;
}

/** What a map's entries look like, in bytes, and how many there may be. */
export interface EntryShape {
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
}

/**
 * Reads a map of any kind that is not per CPU, whole, by one system call where nobody adds to it meanwhile (Linux 5.6).
 *
 * @param fd The map's descriptor.
 * @returns Its entries; an array's in the order of its indices. Those that come and go meanwhile may be missed.
 * @throws {NativeError}
 */
export function readEntries(fd: number, { keySize, valueSize, maxEntries }: EntryShape): Entries {
  const keys = new Uint8Array(keySize * maxEntries);
  const values = new Uint8Array(valueSize * maxEntries);
  const position = new Uint8Array(Math.max(keySize, 4)); // where the next call goes on: a key, or a bucket's number
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
    // ENOENT: that was the last; ENOSPC: no room for a bucket's entries, so nothing was added to the count.
    if (result < 0 && result !== -Errno.ENOENT) {
      if (result === -Errno.ENOSPC && count > 0) break;
      throw new NativeError("read a map's entries", -result);
    }
    count += room[0] ?? 0;
    if (result < 0) break;
  }
  return { count, keys, values: new DataView(values.buffer) };
}
