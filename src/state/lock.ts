import { checkErrno, cstr, libc, NativeError } from "../../ffi/native.ts";
import { Errno } from "../../ffi/errno.ts";
import { sleepSync } from "../kernel/pause.ts";
import { heartbeat } from "../kernel/watchdog.ts";

/** Without O_DIRECTORY: its number on amd64 is O_DIRECT's on arm64. */
const O_CLOEXEC = 0o2000000;
const LOCK_EX = 2;
const LOCK_NB = 4;
/** Between two attempts to take a lock that another process holds. */
const RETRY_MS = 5;

/** The directory that represents a container. */
export interface LockDirectory {
  readonly path: string;
  /** Creates the directory, readable by root only, unless it exists. @throws {Error} If that fails. */
  make(path: string): void;
}

/**
 * Lets one process at a time work on a container: others wait, or learn that it is busy. The lock is a
 * flock(2) on a directory, so the kernel releases it however the process ends, and no lock file stays behind.
 */
export class ContainerLock implements Disposable {
  readonly #fd: number;
  readonly #directory: string;

  private constructor(fd: number, directory: string) {
    this.#fd = fd;
    this.#directory = directory;
  }

  /** Waits until no other process works on the container. @throws {Error} If the directory cannot be used. */
  static wait(directory: LockDirectory): ContainerLock {
    for (;;) {
      const lock = ContainerLock.tryTake(directory);
      // Polled: the holder may take more time, in several steps, than the watchdog gives one step.
      heartbeat();
      if (lock !== null) return lock;
      sleepSync(RETRY_MS);
    }
  }

  /**
   * @returns null if another process works on the container now.
   * @throws {Error} If the directory cannot be used.
   */
  static tryTake({ path: directory, make }: LockDirectory): ContainerLock | null {
    make(directory);
    let fd: number;
    try {
      fd = checkErrno(`open "${directory}"`, libc.open(cstr(directory), O_CLOEXEC));
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

  /** Releases it, and removes the directory if nothing is in it. */
  [Symbol.dispose](): void {
    try {
      Deno.removeSync(this.#directory);
    } catch {
      // not empty: it still has state of the container
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
