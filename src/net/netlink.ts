/**
 * Route netlink over libmnl: one request, its answers, its error. Messages are described as data and encoded by libmnl.
 *
 * @module
 */
import { type Bound, checkErrno, cstr, embedded, notNull, type Pointer } from "../../ffi/native.ts";
import { symbols } from "../../ffi/libmnl.ts";
import { heartbeat } from "../kernel/watchdog.ts";
import { HEADER, type Message, readMessages } from "./messages.ts";

export type { Message };

/** Message types (linux/rtnetlink.h). */
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
  DUMP: 0x300,
} as const;

/** An attribute to send: its type and its bytes, or the attributes that it nests. */
export type Attribute = readonly [type: number, value: Uint8Array<ArrayBuffer> | readonly Attribute[]];

/** A message to send. */
export interface Request {
  /** What is being done, for the error, for example `add htb to "veth0"`. */
  readonly what: string;
  readonly type: number;
  readonly flags?: number;
  /** The fixed part behind the netlink header: ifinfomsg, tcmsg, … */
  readonly header: Uint8Array<ArrayBuffer>;
  readonly attributes?: readonly Attribute[];
}

const NETLINK_ROUTE = 0;
const SOCK_CLOEXEC = 0o2000000;

let libmnl: Bound<typeof symbols> | undefined;

/** What a socket writes into and reads into. */
interface Buffers {
  readonly out: Uint8Array<ArrayBuffer>;
  readonly in: Uint8Array<ArrayBuffer>;
}

/** Those of sockets that are closed: a look at a thousand pods would make and clear 40 MB of them. */
const spare: Buffers[] = [];

function freshBuffers(): Buffers {
  return { out: new Uint8Array(8192), in: new Uint8Array(32768) }; // what the kernel fills a dump's message with at most
}

/** A route netlink socket. It belongs to the network namespace it was opened in, wherever the thread goes later. */
export class Netlink {
  readonly #lib: Bound<typeof symbols>;
  readonly #socket: Pointer;
  readonly #buffers = spare.pop() ?? freshBuffers();
  readonly #out = this.#buffers.out;
  readonly #in = this.#buffers.in;
  #sequence = 0;

  /** @throws {NativeError} If the socket cannot be opened. */
  constructor() {
    libmnl ??= embedded("libmnl.so", symbols);
    this.#lib = libmnl;
    this.#socket = notNull("open a netlink socket", libmnl.mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC));
    try {
      checkErrno("bind a netlink socket", libmnl.mnl_socket_bind(this.#socket, 0, 0));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#lib.mnl_socket_close(this.#socket);
    spare.push(this.#buffers);
  }

  /**
   * Sends one request and waits for its acknowledgement, or for the answers of a dump.
   *
   * @param request What to send; an acknowledgement is always asked for.
   * @param each Called for every answer.
   * @throws {NativeError} If the kernel refuses: `code` is its errno.
   */
  request(request: Request, each: (message: Message) => void = () => {}): void {
    const length = this.#encode(request);
    const sent = this.#lib.mnl_socket_sendto(this.#socket, this.#out, BigInt(length));
    checkErrno(request.what, sent);
    const expected = { what: request.what, sequence: this.#sequence, headerLength: request.header.length };
    let failed: unknown;
    const onMessage = (message: Message): void => {
      try {
        if (failed === undefined) each(message);
      } catch (error) { // to the end of the answers: the next request would find those left
        failed = error;
      }
    };
    for (;;) {
      const got = this.#lib.mnl_socket_recvfrom(this.#socket, this.#in, BigInt(this.#in.length));
      const size = checkErrno(request.what, got);
      if (readMessages(this.#in.subarray(0, size), expected, onMessage)) break;
    }
    heartbeat();
    if (failed !== undefined) throw failed;
  }

  #encode({ what, type, flags = 0, header, attributes = [] }: Request): number {
    const fields = new DataView(this.#out.buffer);
    this.#lib.mnl_nlmsg_put_header(this.#out);
    fields.setUint16(4, type, true);
    fields.setUint16(6, flags | Flag.REQUEST | ((flags & Flag.DUMP) === Flag.DUMP ? 0 : Flag.ACK), true);
    fields.setUint32(8, ++this.#sequence, true);
    this.#lib.mnl_nlmsg_put_extra_header(this.#out, BigInt(header.length));
    this.#out.set(header, HEADER);
    this.#put(what, attributes);
    return fields.getUint32(0, true);
  }

  #put(what: string, attributes: readonly Attribute[]): void {
    const room = BigInt(this.#out.length);
    for (const [type, value] of attributes) {
      if (value instanceof Uint8Array) {
        if (!this.#lib.mnl_attr_put_check(this.#out, room, type, BigInt(value.length), value)) {
          throw new Error(`Cannot ${what}: the message is too long`);
        }
      } else {
        const nest = this.#lib.mnl_attr_nest_start_check(this.#out, room, type);
        if (nest === null) throw new Error(`Cannot ${what}: the message is too long`);
        this.#put(what, value);
        this.#lib.mnl_attr_nest_end(this.#out, nest);
      }
    }
  }
}

/** A 32-bit attribute value. */
export function u32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array([value]).buffer);
}

/** A 64-bit attribute value. */
export function u64(value: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new BigUint64Array([value]).buffer);
}

/** A string attribute value, with its zero. */
export const string = cstr;
