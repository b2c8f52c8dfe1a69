import { checkErrno, cstr, libc } from "../../ffi/native.ts";

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
   * Makes a namespace that has no name: it is gone once this object and the sockets in it are closed.
   *
   * @throws {NativeError} If none can be made.
   */
  static fresh(): NetNs {
    using home = NetNs.own();
    checkErrno("make a network namespace", libc.unshare(CLONE_NEWNET));
    try {
      return NetNs.own();
    } finally {
      checkErrno("return to the own network namespace", libc.setns(home.#fd, CLONE_NEWNET));
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
   * Runs `f` with this thread in the namespace. JavaScript runs on one thread, so `f` must be synchronous: what it
   * awaited would run in whatever namespace the thread is in by then.
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
      checkErrno("return to the own network namespace", libc.setns(home.#fd, CLONE_NEWNET));
    }
  }
}

/**
 * What tells a namespace from another that later has the same path: the inode of its file.
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

/** What tells a namespace's file from an ordinary one: the file system that it is of. */
const NSFS_MAGIC = 0x6e736673n;
const STATFS = 120; // sizeof(struct statfs); f_type comes first

/**
 * Whether this process may judge a namespace by its path. In a container it may see another /proc than the node's, only some of the node's
 * directories, or a directory without what is mounted there: then a namespace that lives looks like one that is gone.
 *
 * @param path Its file, as the node names it.
 * @param isContainer Whether this process is in a container with processes of its own: then it is the first of them.
 * @returns Why not; null if it may.
 */
export function whyUnseen(path: string, isContainer: boolean = Deno.pid === 1): string | null {
  if (isContainer && path.startsWith("/proc/")) {
    return "this container has processes of its own: it lacks hostPID";
  }
  const directory = path.slice(0, path.lastIndexOf("/"));
  if (isContainer && netnsId(directory) === null) {
    return `this container does not have the node's "${directory}"`;
  }
  if (netnsId(path) === null) return null;
  const stat = new Uint8Array(STATFS);
  checkErrno(`look at network namespace "${path}"`, libc.statfs(cstr(path), stat));
  const isNamespace = BigInt.asUintN(32, new DataView(stat.buffer).getBigInt64(0, true)) === NSFS_MAGIC;
  return isNamespace ? null : "it is an ordinary file here: what the node mounted there is not seen";
}
