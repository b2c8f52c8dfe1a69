import { checkErrno, cstr, libc, NativeError } from "../../ffi/native.ts";
import { Errno } from "../../ffi/errno.ts";
import { pause } from "../kernel/pause.ts";
import { stillAlive } from "../kernel/watchdog.ts";
import { makePinDirectory } from "../ebpf/pins.ts";
import { containerPins } from "../registry/names.ts";

const O_DIRECTORY_CLOEXEC = 0o2200000;
const LOCK_EX = 2;
const LOCK_NB = 4;
/** Between two attempts at a lock that is somebody's. */
const RETRY_MS = 5;

/**
 * One process at a time works on a container: the others wait, or see that it is busy. The lock is a flock(2) on the
 * container's pin directory, so the kernel gives it up whatever ends the process, and no lock file stays behind.
 */
export class ContainerLock implements Disposable {
  readonly #fd: number;
  readonly #directory: string;

  private constructor(fd: number, directory: string) {
    this.#fd = fd;
    this.#directory = directory;
  }

  /** Waits until nobody else works on the container. @throws {NativeError} If bpffs cannot be used. */
  static wait(containerId: string): ContainerLock {
    for (;;) {
      const lock = ContainerLock.tryTake(containerId);
      // Asked again and again, because its holder may make more steps than the watchdog would give to one.
      stillAlive();
      if (lock !== null) return lock;
      pause(RETRY_MS);
    }
  }

  /** @returns null if somebody works on the container now. @throws {NativeError} If bpffs cannot be used. */
  static tryTake(containerId: string): ContainerLock | null {
    const directory = containerPins(containerId);
    makePinDirectory(directory);
    let fd: number;
    try {
      fd = checkErrno(`open "${directory}"`, libc.open(cstr(directory), O_DIRECTORY_CLOEXEC));
    } catch (error) {
      if (idOf(directory) === null) return null; // its last holder has just removed it
      throw error;
    }
    const lock = new ContainerLock(fd, directory);
    try {
      checkErrno(`lock "${directory}"`, libc.flock(fd, LOCK_EX | LOCK_NB));
    } catch (error) {
      libc.close(fd);
      if (error instanceof NativeError && error.code === Errno.EAGAIN) return null;
      throw error;
    }
    if (idOf(`/proc/self/fd/${fd}`) === idOf(directory)) return lock;
    libc.close(fd);
    return null;
  }

  /** Gives it up, and removes the directory if nothing is pinned in it. */
  [Symbol.dispose](): void {
    try {
      Deno.removeSync(this.#directory);
    } catch {
      // something is pinned: the container is held
    }
    libc.close(this.#fd);
  }
}

function idOf(path: string): string | null {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
