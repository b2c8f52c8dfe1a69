import { checkErrno, cstr, libc } from "../../ffi/native.ts";

/** Magic numbers of file systems (linux/magic.h). */
export const Magic = { BPFFS: 0xcafe4a11, NSFS: 0x6e736673 } as const;

const STATFS = 120; // sizeof(struct statfs); f_type comes first

/** The magic number of the file system that holds a file. @throws {NativeError} */
export function fileSystemOf(path: string): number {
  const stat = new Uint8Array(STATFS);
  checkErrno(`check "${path}"`, libc.statfs(cstr(path), stat));
  return new DataView(stat.buffer).getUint32(0, true);
}
