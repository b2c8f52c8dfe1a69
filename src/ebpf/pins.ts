import { checkErrno, cstr, libc } from "../../ffi/native.ts";
import { ifThere } from "../base/log/describe.ts";
import { fileSystemOf, Magic } from "../kernel/file_system.ts";
import { BPFFS } from "../registry/names.ts";

const PRIVATE = 0o700;

/**
 * Whether bpffs is mounted where pins go.
 *
 * @throws {NativeError} If that is unknown: a second one mounted over the first would hide its pins.
 */
export function hasBpffs(): boolean {
  return fileSystemOf(BPFFS) === Magic.BPFFS;
}

/**
 * Makes a directory for pins that only root can read; mounts bpffs first if it is not mounted.
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

/** Removes a pin, if it is there, and with it what only the pin kept alive. */
export function removePin(path: string): void {
  ifThere(() => Deno.removeSync(path), undefined);
}

/**
 * Replaces a pin atomically: opening it finds the old or the new object.
 *
 * @param make Pins the new object at the given path.
 */
export function replacePin(path: string, make: (draft: string) => void): void {
  const name = path.lastIndexOf("/") + 1;
  const draft = `${path.slice(0, name)}new-${path.slice(name)}`;
  removePin(draft); // of a killed process
  make(draft);
  Deno.renameSync(draft, path);
}

/** Whether there is a pin. */
export function hasPin(path: string): boolean {
  return ifThere(() => Deno.lstatSync(path), null) !== null;
}

/** Removes a directory with its pins, if it is there. */
export function removePins(directory: string): void {
  ifThere(() => Deno.removeSync(directory, { recursive: true }), undefined);
}

/** Encodes a name for bpffs, which refuses dots: container IDs and interface names may have them. */
export function pinName(name: string): string {
  return name.replaceAll("%", "%25").replaceAll(".", "%2e");
}

/** Decodes a name that pinName() encoded. */
export function unpinName(name: string): string {
  return name.replaceAll("%2e", ".").replaceAll("%25", "%");
}

/** Every container's interface that has a directory of pins, `<root>/<container>/<interface>`. */
export function pinnedInterfaces(root: string): { containerId: string; ifname: string }[] {
  return subdirectories(root).flatMap((container) => {
    const interfaces = subdirectories(`${root}/${container}`);
    // A container without one: a call was killed before it made the first.
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
