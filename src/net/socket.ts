import { Errno } from "../../ffi/errno.ts";
import { checkErrno, libc, NativeError } from "../../ffi/native.ts";

/** Netlink protocol families (linux/netlink.h). */
export const Bus = { ROUTE: 0, NETFILTER: 12, GENERIC: 16 } as const;
/** Socket options of the level SOL_NETLINK. */
export const Option = { ADD_MEMBERSHIP: 1, CAP_ACK: 10, EXT_ACK: 11, STRICT_CHECK: 12 } as const;

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOCKADDR_NL = 12; // sizeof(struct sockaddr_nl); port and groups 0: the kernel
const SOL_NETLINK = 270;
/** Flags of recv(2): do not wait; return the message's length even where the buffer is shorter. */
export const MSG_DONTWAIT = 0x40;
export const MSG_TRUNC = 0x20;

/**
 * A netlink socket. It belongs to the network namespace that it was opened in, wherever the thread goes
 * later.
 */
export class NetlinkSocket implements Disposable {
  #fd: number;

  /**
   * @param bus One of {@linkcode Bus}.
   * @throws {NativeError} If the socket cannot be opened; EPROTONOSUPPORT if the kernel lacks the family.
   */
  constructor(bus: number) {
    this.#fd = checkErrno("open a netlink socket", libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, bus));
    try {
      const kernel = new Uint8Array(SOCKADDR_NL);
      kernel[0] = AF_NETLINK;
      // A connected socket refuses unicast messages of other processes, as a pod with CAP_NET_ADMIN could
      // send them.
      checkErrno("connect a netlink socket", libc.connect(this.#fd, kernel, SOCKADDR_NL));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** The descriptor; -1 once the socket is closed. It stays this object's. */
  get fd(): number {
    return this.#fd;
  }

  /** Closes the socket; again is harmless. */
  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc.close(this.#fd);
    this.#fd = -1;
  }

  /** Sets a socket option. @throws {NativeError} ENOPROTOOPT if the kernel lacks it. */
  setOption(name: number, value: number, level = SOL_NETLINK): void {
    const bytes = new Uint8Array(new Int32Array([value]).buffer);
    checkErrno(`set option ${name} of a netlink socket`, libc.setsockopt(this.#fd, level, name, bytes, 4));
  }

  /** Sends messages to the kernel, which answers before this returns. @throws {NativeError} */
  send(what: string, bytes: Uint8Array<ArrayBuffer>): void {
    checkErrno(what, libc.send(this.#fd, bytes, BigInt(bytes.length), 0));
  }

  /**
   * Receives one datagram: one message or several.
   *
   * @param buffer Takes the datagram.
   * @param flags Of recv(2), for example {@linkcode MSG_DONTWAIT}.
   * @returns The datagram, a part of `buffer`.
   * @throws {NativeError} EMSGSIZE if it is longer than `buffer`; ENOBUFS if the kernel had to drop messages.
   */
  receive(what: string, buffer: Uint8Array<ArrayBuffer>, flags = 0): Uint8Array<ArrayBuffer> {
    const received = libc.recv(this.#fd, buffer, BigInt(buffer.length), flags | MSG_TRUNC);
    const length = checkErrno(what, received);
    if (length > buffer.length) throw new NativeError(what, Errno.EMSGSIZE);
    return buffer.subarray(0, length);
  }
}
