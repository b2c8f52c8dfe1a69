import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { heartbeat } from "../kernel/watchdog.ts";
import { align, encodeMessage, type OutgoingMessage } from "./encode.ts";
import { Answers, type Message } from "./messages.ts";
import { Bus, NetlinkSocket, Option } from "./socket.ts";

/** Message types of NETLINK_ROUTE that a pod's start needs (linux/rtnetlink.h). */
export const Rtm = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  NEWQDISC: 36,
  DELQDISC: 37,
  GETQDISC: 38,
  NEWTCLASS: 40,
  GETTCLASS: 42,
  NEWTFILTER: 44,
  GETTFILTER: 46,
  GETNSID: 90,
} as const;

/** Request flags (linux/netlink.h). */
export const Flag = {
  REQUEST: 1,
  ACK: 4,
  ECHO: 8,
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  DUMP: 0x300,
} as const;

/** A request: the message and how to handle it. */
export interface Request extends OutgoingMessage {
  /** Whether the request or its answers hold a key: the buffers are zeroed afterwards. */
  readonly secret?: boolean;
}

/** How to open a socket. */
export interface NetlinkOptions {
  /** One of {@linkcode Bus}; NETLINK_ROUTE by default. */
  readonly bus?: number;
  /**
   * Has the kernel (4.20 on) apply a dump's filters itself, and refuse headers that it does not understand.
   */
  readonly strict?: boolean;
}

/** The kernel fills a datagram of a dump with this many bytes at most. */
const RECEIVE_BUFFER_BYTES = 32768;
const MAX_DUMP_ATTEMPTS = 5;

/**
 * Buffers of closed sockets: reading the queues of a thousand pods would allocate and clear 32 MB otherwise.
 */
const spareBuffers: Uint8Array<ArrayBuffer>[] = [];

const ignore = (): void => {};

/** A netlink socket for requests. It belongs to the network namespace that it was opened in. */
export class Netlink implements Disposable {
  readonly socket: NetlinkSocket;
  readonly #buffer = spareBuffers.pop() ?? new Uint8Array(RECEIVE_BUFFER_BYTES);
  #sequence = 0;
  #isBusy = false;

  /** @throws {NativeError} If the socket cannot be opened. */
  constructor({ bus = Bus.ROUTE, strict = false }: NetlinkOptions = {}) {
    this.socket = new NetlinkSocket(bus);
    try {
      this.socket.setOption(Option.EXT_ACK, 1);
      if (strict) this.socket.setOption(Option.STRICT_CHECK, 1);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Closes the socket; again is harmless. */
  [Symbol.dispose](): void {
    if (this.socket.fd < 0) return;
    this.socket[Symbol.dispose]();
    if (!this.#isBusy) spareBuffers.push(this.#buffer);
  }

  /** Takes `count` sequence numbers. @returns The first one. */
  takeSequence(count = 1): number {
    const first = (this.#sequence + 1) >>> 0;
    this.#sequence = (this.#sequence + count) >>> 0;
    return first;
  }

  /**
   * Sends one request and waits for its acknowledgement, or for the answers of a dump.
   *
   * @param request What to send; an acknowledgement is always asked for.
   * @param each Called for every answer. It must not use this socket.
   * @throws {NativeError} If the kernel refuses: `code` is its errno. EINTR if a dump is not consistent.
   */
  request(request: Request, each: (message: Message) => void = ignore): void {
    const { what, flags = 0, header, secret = false } = request;
    if (this.#isBusy) throw new Error(`Cannot ${what}: the socket has a request under way`);
    const answers = new Answers(what, this.takeSequence(), align(header.length));
    const isDump = (flags & Flag.DUMP) === Flag.DUMP;
    const sent = flags | Flag.REQUEST | (isDump ? 0 : Flag.ACK);
    const bytes = encodeMessage({ ...request, flags: sent }, answers.sequence);
    this.#isBusy = true;
    try {
      this.socket.send(what, bytes);
      this.#receive(answers, each);
    } finally {
      this.#isBusy = false;
      if (secret) {
        bytes.fill(0);
        this.#buffer.fill(0);
      }
    }
    heartbeat();
    if (answers.interrupted) throw new NativeError(what, Errno.EINTR);
  }

  /** To the end of the answers, even if `each` throws: the next dump would be refused. */
  #receive(answers: Answers, each: (message: Message) => void): void {
    let failed: unknown;
    const onMessage = (message: Message): void => {
      try {
        if (failed === undefined) each(message);
      } catch (error) {
        failed = error;
      }
    };
    while (!answers.read(this.socket.receive(answers.what, this.#buffer), onMessage));
    if (failed !== undefined) throw failed;
  }

  /**
   * Collects what a dump lists. The kernel says when entries changed meanwhile; then the dump is repeated.
   *
   * @param request The request, without the flag for a dump.
   * @param read Reads one answer; null leaves it out. It must copy what it keeps.
   * @throws {NativeError} If the kernel refuses; EINTR if no dump of five was consistent.
   */
  dump<T>(request: Request, read: (message: Message) => T | null): T[] {
    for (let attempt = 1;; attempt++) {
      const found: T[] = [];
      try {
        this.request({ ...request, flags: (request.flags ?? 0) | Flag.DUMP }, (message) => {
          const entry = read(message);
          if (entry !== null) found.push(entry);
        });
        return found;
      } catch (error) {
        const isInterrupted = error instanceof NativeError && error.code === Errno.EINTR;
        if (!isInterrupted || attempt === MAX_DUMP_ATTEMPTS) throw error;
      }
    }
  }
}
