import { checkErrno, libc, text } from "../../ffi/native.ts";

const FIELD = 65; // struct utsname: sysname, nodename, release, version, machine, domainname, of 65 bytes each
const FIELDS = 6;
const RELEASE = 2;

/**
 * The running kernel's release, for people to read: what natra can do here is probed, never derived from it.
 *
 * @returns For example `6.12.57+deb13-cloud-amd64`.
 * @throws {NativeError}
 */
export function kernelRelease(): string {
  const names = new Uint8Array(FIELD * FIELDS);
  checkErrno("ask for the kernel's release", libc.uname(names));
  return text(names.subarray(FIELD * RELEASE, FIELD * (RELEASE + 1)));
}
