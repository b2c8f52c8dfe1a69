import { checkErrno, cstr, libc } from "../../ffi/native.ts";
import { ifThere } from "../base/log/describe.ts";
import { BPFFS } from "../registry/names.ts";

const BPF_FS_MAGIC = 0xcafe4a11n;
const STATFS = 120; // sizeof(struct statfs); f_type comes first
const PRIVATE = 0o700;

/**
 * Whether bpffs is mounted where pins go.
 *
 * @throws {NativeError} If nobody can tell: a second one mounted over the first would hide its pins.
 */
export function hasBpffs(): boolean {
  const stat = new Uint8Array(STATFS);
  checkErrno(`look at "${BPFFS}"`, libc.statfs(cstr(BPFFS), stat));
  return BigInt.asUintN(32, new DataView(stat.buffer).getBigInt64(0, true)) === BPF_FS_MAGIC;
}

/**
 * Makes a directory for pins, readable by root alone; mounts bpffs first where nobody has.
 *
 * @returns Whether it mounted bpffs.
 * @throws {NativeError} If bpffs cannot be mounted.
 */
export function makePinDirectory(path: string): boolean {
  const mounted = hasBpffs();
  if (!mounted) {
    const mount = libc.mount(cstr("bpf"), cstr(BPFFS), cstr("bpf"), 0n, null);
    checkErrno(`mount bpffs at "${BPFFS}"`, mount);
  }
  Deno.mkdirSync(path, { recursive: true, mode: PRIVATE });
  return !mounted;
}

/** Removes a pin; what it alone kept alive goes with it. What is not there is no error. */
export function removePin(path: string): void {
  ifThere(() => Deno.removeSync(path), undefined);
}

/**
 * Pins an object where another one is pinned: whoever opens the pin finds the one or the other.
 *
 * @param make Pins it at the path that it is given.
 */
export function replacePin(path: string, make: (draft: string) => void): void {
  const name = path.lastIndexOf("/") + 1;
  const draft = `${path.slice(0, name)}new-${path.slice(name)}`;
  removePin(draft); // of a process that was killed
  make(draft);
  Deno.renameSync(draft, path);
}

/** Whether there is a pin. */
export function hasPin(path: string): boolean {
  return ifThere(() => Deno.lstatSync(path), null) !== null;
}

/** Removes a directory of pins with all in it. What is not there is no error. */
export function removePins(directory: string): void {
  ifThere(() => Deno.removeSync(directory, { recursive: true }), undefined);
}

/** A name as bpffs takes it: it refuses dots, which container IDs and interface names may have. */
export function pinName(name: string): string {
  return name.replaceAll("%", "%25").replaceAll(".", "%2e");
}

/** The name that {@linkcode pinName} was given. */
export function unpinName(name: string): string {
  return name.replaceAll("%2e", ".").replaceAll("%25", "%");
}

/** Every container's interface that has a directory of pins, `<root>/<container>/<interface>`. */
export function pinnedInterfaces(root: string): { containerId: string; ifname: string }[] {
  return subdirectories(root).flatMap((container) => {
    const interfaces = subdirectories(`${root}/${container}`);
    // A container without one was cut short before its first.
    return (interfaces.length > 0 ? interfaces : [""]).map((ifname) => ({
      containerId: unpinName(container),
      ifname: unpinName(ifname),
    }));
  });
}

function subdirectories(path: string): string[] {
  const entries = ifThere(() => [...Deno.readDirSync(path)], []);
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
}
