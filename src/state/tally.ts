/**
 * Counters that outlive the short processes that count: one small file of 64-bit integers. A writer holds the
 * file's lock (flock(2), which the kernel releases with the process) and stores the whole file with one
 * write, so no count is lost, and a process that is killed leaves the old file or the new one. Readers need
 * no lock.
 *
 * @module
 */
import { ifThere } from "../base/log/describe.ts";

/** File magic: any other value is a foreign file or an incompatible layout. */
const MAGIC = 0x3179_6c6c_6174_616en; // "natally1"
const WORD = 8;
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** How much is added to which counter, by its index. */
export type Additions = readonly (readonly [index: number, amount: bigint])[];

/**
 * Adds to counters. A missing or corrupt file starts again from zero.
 *
 * @param path The file; it is created with mode 0600, a missing directory with 0700.
 * @param count The number of counters. A later version may have more, but not fewer, and no counter changes
 * its meaning.
 * @throws {Error} If the file system refuses.
 */
export function addToTally(path: string, count: number, additions: Additions): void {
  using file = openTally(path);
  file.lockSync(true);
  const bytes = new Uint8Array((count + 1) * WORD);
  const view = new DataView(bytes.buffer);
  const read = file.readSync(bytes) ?? 0; // less from a version with fewer counters: the others are zero
  if (read % WORD !== 0 || view.getBigUint64(0, true) !== MAGIC) {
    bytes.fill(0);
    view.setBigUint64(0, MAGIC, true);
  }
  for (const [index, amount] of additions) {
    const at = (index + 1) * WORD;
    view.setBigUint64(at, view.getBigUint64(at, true) + amount, true);
  }
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(bytes);
}

/** Reads counters; all are zero if the file is missing or corrupt. @throws {Error} If it cannot be read. */
export function readTally(path: string, count: number): bigint[] {
  return decode(ifThere(() => Deno.readFileSync(path), new Uint8Array()), count);
}

function openTally(path: string): Deno.FsFile {
  const open = (): Deno.FsFile =>
    Deno.openSync(path, { read: true, write: true, create: true, mode: FILE_MODE });
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: DIRECTORY_MODE });
    return open();
  }
}

/** The counters after the magic; those that an older version did not have yet are zero. */
function decode(bytes: Uint8Array<ArrayBuffer>, count: number): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ours = bytes.length >= WORD && bytes.length % WORD === 0 && view.getBigUint64(0, true) === MAGIC;
  return Array.from({ length: count }, (_, index) => {
    const offset = (index + 1) * WORD;
    return ours && offset + WORD <= bytes.length ? view.getBigUint64(offset, true) : 0n;
  });
}
