import { checkErrno, libc, text } from "../../ffi/native.ts";

// struct utsname: sysname, nodename, release, version, machine, domainname
const FIELD_BYTES = 65;
const FIELDS = 6;
const NODE_NAME = 1;
const RELEASE = 2;

/**
 * The running kernel's release, for people to read: features are probed, never derived from it.
 *
 * @returns For example `6.12.57+deb13-cloud-amd64`.
 * @throws {NativeError}
 */
export function kernelRelease(): string {
  return field(RELEASE);
}

/** The machine's own name, as the kernel has it. @throws {NativeError} */
export function nodeName(): string {
  return field(NODE_NAME);
}

function field(index: number): string {
  const names = new Uint8Array(FIELD_BYTES * FIELDS);
  checkErrno("ask the kernel for its names", libc.uname(names));
  return text(names.subarray(FIELD_BYTES * index, FIELD_BYTES * (index + 1)));
}
