import { checkErrno, cstr, libc } from "../../ffi/native.ts";
import { fileSystemOf, Magic } from "../kernel/file_system.ts";

const CLONE_NEWNET = 0x40000000;
const O_RDONLY_CLOEXEC = 0o2000000;

/** A network namespace, held open. */
export class NetNs implements Disposable {
  readonly #fd: number;

  /**
   * @param path A namespace file, for example CNI_NETNS or `/proc/1/ns/net`.
   * @throws {NativeError} If it cannot be opened.
   */
  constructor(readonly path: string) {
    this.#fd = checkErrno(`open network namespace "${path}"`, libc.open(cstr(path), O_RDONLY_CLOEXEC));
  }

  /** The descriptor, for netlink requests that name a namespace. It stays this object's. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Makes a namespace without a name. It lives until this object and the sockets in it are closed.
   *
   * @throws {NativeError} If the kernel refuses.
   */
  static fresh(): NetNs {
    using home = NetNs.own();
    checkErrno("make a network namespace", libc.unshare(CLONE_NEWNET));
    try {
      return NetNs.own();
    } finally {
      checkErrno("return to the previous network namespace", libc.setns(home.#fd, CLONE_NEWNET));
    }
  }

  /** The namespace that this process is in. */
  static own(): NetNs {
    return new NetNs("/proc/thread-self/ns/net");
  }

  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }

  /**
   * Runs `f` with this thread in the namespace. JavaScript runs on one thread, so `f` must be synchronous:
   * code behind an `await` would run in another namespace.
   *
   * @returns What `f` returns.
   * @throws {NativeError} If the namespace cannot be entered; what `f` throws.
   */
  run<T>(f: () => T extends PromiseLike<unknown> ? never : T): T {
    using home = NetNs.own();
    checkErrno(`enter network namespace "${this.path}"`, libc.setns(this.#fd, CLONE_NEWNET));
    try {
      return f();
    } finally {
      checkErrno("return to the previous network namespace", libc.setns(home.#fd, CLONE_NEWNET));
    }
  }
}

/**
 * Identifies a namespace by the inode of its file: a later namespace with the same path has another one.
 *
 * @returns `dev:inode`, or null if there is no such file.
 */
export function netnsId(path: string): string | null {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/**
 * Why this process cannot tell by a path whether the node still has a network namespace. A container may see
 * another /proc than the node's, only some of the node's directories, or a directory without what is mounted
 * there: then a live namespace looks as if it were gone.
 *
 * @param path The namespace's file, as the node names it.
 * @param isContainer Whether this process is in a container with a PID namespace of its own, as its first process.
 * @returns null if it can tell.
 */
export function whyUnseen(path: string, isContainer: boolean = Deno.pid === 1): string | null {
  if (isContainer && path.startsWith("/proc/")) {
    return "this container has processes of its own: it lacks hostPID";
  }
  const directory = path.slice(0, path.lastIndexOf("/"));
  if (isContainer && netnsId(directory) === null) {
    return `this container does not have the node's "${directory}"`;
  }
  if (netnsId(path) === null || fileSystemOf(path) === Magic.NSFS) return null;
  return "it is an ordinary file here: the node's mount on it is not visible";
}
