import { Errno } from "../../ffi/errno.ts";
import { checkErrno, libc, NativeError } from "../../ffi/native.ts";
import { libcNet } from "./ip.ts";
import { Answer, eachMessage, type Message } from "./messages.ts";
import { Bus, MSG_DONTWAIT, MSG_TRUNC, NetlinkSocket, Option } from "./socket.ts";

/** What to listen to. */
export interface MonitorOptions {
  /** One of {@linkcode Bus}; NETLINK_ROUTE by default. */
  readonly bus?: number;
  /** Multicast groups: RtnlGroup, NfGroup, or those of a family of generic netlink. */
  readonly groups: readonly number[];
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** How much the kernel queues. It drops messages beyond that, and a {@linkcode Resync} follows. */
  readonly kernelBufferBytes?: number;
}

/** The kernel dropped messages: list everything again, the state so far is out of date. */
export interface Resync {
  readonly about: "resync";
}

const RESYNC: Resync = { about: "resync" };
const RECEIVE_BUFFER_BYTES = 65536;
const KERNEL_BUFFER_BYTES = 1 << 20;
/** Datagrams to read before timers and other I/O run. */
const DATAGRAMS_PER_TURN = 64;
const MAX_FAILED_WAITS = 100;

const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const EFD_CLOEXEC_NONBLOCK = 0o2000000 | 0o4000;
const SOCKADDR_NL = 12; // struct sockaddr_nl: family, padding, port, groups
const SENDER_PORT = 4;
const POLLFD = 8; // struct pollfd: fd, events, revents
const POLLIN = 1;
const WITHOUT_TIMEOUT = -1;
const WHAT = "read a netlink notification";

/** Bytes of the fixed part, by the type of the message. Types of one kind differ in the last two bits. */
const ROUTE_HEADERS: ReadonlyMap<number, number> = new Map([
  [4, 16], // links
  [5, 8], // addresses
  [6, 12], // routes
  [7, 12], // neighbours
  [8, 12], // rules
  [9, 20], // qdiscs
  [10, 20], // classes
  [11, 20], // filters
  [22, 4], // ids of namespaces
  [26, 8], // nexthops
]);
const OTHER_HEADER = 4; // struct nfgenmsg, struct genlmsghdr

/**
 * Notifications of the kernel as an async iterable. It never blocks the event loop: another thread waits. It
 * subscribes when it is constructed, in the current network namespace of the thread: construct it, then list
 * the present state, then iterate. It does not read ahead, so a slow consumer fills the kernel's queue.
 *
 * The signal, leaving the loop, or disposing of it ends the monitor, releases the thread and closes the
 * descriptors.
 */
export class Monitor<T> implements AsyncDisposable {
  readonly #decode: (message: Message) => T | null;
  readonly #bus: number;
  readonly #socket: NetlinkSocket;
  readonly #wake: number;
  readonly #signal: AbortSignal | undefined;
  readonly #buffer = new Uint8Array(RECEIVE_BUFFER_BYTES);
  /** Outside of V8's heap: the waiting thread writes into it. */
  readonly #polled = new DataView(new ArrayBuffer(2 * POLLFD));
  readonly #stop = (): void => this.#end();
  #waiting: Promise<number> | undefined;
  #hasEnded = false;
  #isClosed = false;

  /**
   * @param decode What a message means; null leaves it out. It must copy what it keeps.
   * @throws {NativeError} If the socket cannot be opened, or a group does not exist.
   */
  constructor(
    { bus = Bus.ROUTE, groups, signal, kernelBufferBytes = KERNEL_BUFFER_BYTES }: MonitorOptions,
    decode: (message: Message) => T | null,
  ) {
    using undo = new DisposableStack();
    this.#decode = decode;
    this.#bus = bus;
    this.#socket = undo.use(new NetlinkSocket(bus));
    this.#socket.setOption(SO_RCVBUFFORCE, kernelBufferBytes, SOL_SOCKET);
    for (const group of groups) this.#socket.setOption(Option.ADD_MEMBERSHIP, group);
    this.#wake = checkErrno("make an eventfd", libcNet.eventfd(0, EFD_CLOEXEC_NONBLOCK));
    for (const [at, fd] of [this.#socket.fd, this.#wake].entries()) {
      this.#polled.setInt32(at * POLLFD, fd, true);
      this.#polled.setInt16(at * POLLFD + 4, POLLIN, true);
    }
    undo.move();
    this.#signal = signal;
    signal?.addEventListener("abort", this.#stop);
    if (signal?.aborted) this.#end();
  }

  /** Ends the iteration and closes the descriptors; again is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.#waiting;
    this.#close();
  }

  /** The notifications. Leaving the loop ends the monitor. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T | Resync, void, void> {
    try {
      let inThisTurn = 0;
      while (!this.#hasEnded) {
        const events = this.#receive();
        if (events === "none") {
          await this.#wait();
          inThisTurn = 0;
          continue;
        }
        if (events === "lost") {
          await this.#drain();
          if (!this.#hasEnded) yield RESYNC;
          continue;
        }
        for (const event of events) {
          yield event;
          if (this.#hasEnded) return;
        }
        if (++inThisTurn === DATAGRAMS_PER_TURN) {
          await nextTurn();
          inThisTurn = 0;
        }
      }
    } finally {
      await this[Symbol.asyncDispose]();
    }
  }

  /** Ends the waiting thread and the iteration. */
  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#signal?.removeEventListener("abort", this.#stop);
    if (this.#waiting === undefined) this.#close();
    else libc.write(this.#wake, new Uint8Array(new BigUint64Array([1n]).buffer), 8n);
  }

  /** Not while a thread waits for the descriptors: their numbers could be reused. */
  #close(): void {
    if (this.#isClosed || this.#waiting !== undefined) return;
    this.#isClosed = true;
    this.#socket[Symbol.dispose]();
    libc.close(this.#wake);
  }

  #failedWaits = 0;

  /** Waits on another thread until there is something to read, or the end. */
  async #wait(): Promise<void> {
    if (this.#hasEnded) return;
    const polled = new Uint8Array(this.#polled.buffer);
    this.#waiting = libcNet.poll(polled, 2n, WITHOUT_TIMEOUT);
    const ready = await this.#waiting;
    this.#waiting = undefined;
    // A signal handled by that thread ends poll(2), too. errno of another thread cannot be read here.
    this.#failedWaits = ready < 0 ? this.#failedWaits + 1 : 0;
    if (this.#failedWaits > MAX_FAILED_WAITS) {
      throw new Error("Cannot wait for netlink notifications: poll(2) fails");
    }
  }

  /**
   * Discards what is queued. After an overrun the kernel drops messages until the queue is empty, without a
   * further error. What is queued is older than the dropped messages: applied after a new list, it would
   * restore deleted entries.
   */
  async #drain(): Promise<void> {
    for (let count = 1; !this.#hasEnded; count++) {
      if (this.#receive() === "none") return;
      if (count % DATAGRAMS_PER_TURN === 0) await nextTurn();
    }
  }

  /** Reads one datagram. */
  #receive(): readonly T[] | "none" | "lost" {
    try {
      return this.#decodeAll(this.#receiveBytes());
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      if (error.code === Errno.EAGAIN) return "none";
      if (error.code === Errno.ENOBUFS || error.code === Errno.EMSGSIZE || error.code === Errno.EPROTO) {
        return "lost";
      }
      throw error;
    }
  }

  /** A datagram of the kernel; empty for a datagram of a process. */
  #receiveBytes(): Uint8Array<ArrayBuffer> {
    const sender = new DataView(new ArrayBuffer(SOCKADDR_NL));
    const received = libcNet.recvfrom(
      this.#socket.fd,
      this.#buffer,
      BigInt(this.#buffer.length),
      MSG_DONTWAIT | MSG_TRUNC,
      new Uint8Array(sender.buffer),
      new Uint8Array(new Uint32Array([SOCKADDR_NL]).buffer),
    );
    const length = checkErrno(WHAT, received);
    if (sender.getUint32(SENDER_PORT, true) !== 0) return this.#buffer.subarray(0, 0);
    if (length > this.#buffer.length) throw new NativeError(WHAT, Errno.EMSGSIZE);
    return this.#buffer.subarray(0, length);
  }

  #decodeAll(bytes: Uint8Array<ArrayBuffer>): T[] {
    const events: T[] = [];
    eachMessage(WHAT, bytes, (frame) => {
      const headerLength = this.#bus === Bus.ROUTE
        ? ROUTE_HEADERS.get(frame.type >> 2) ?? frame.body.byteLength
        : OTHER_HEADER;
      const event = this.#decode(new Answer(WHAT, frame, headerLength));
      if (event !== null) events.push(event);
      return false;
    });
    return events;
  }
}

/** Lets timers and I/O run, which resolved promises do not. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
