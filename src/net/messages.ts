import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { type Attributes, readAttributes } from "./attributes.ts";

/** An answer: the fixed part and the attributes behind it. Valid only until the next request: copy what is kept. */
export interface Message {
  readonly header: DataView;
  readonly attributes: Attributes;
}

/** struct nlmsghdr: length, type, flags, sequence, port. */
export const HEADER = 16;
const Type = { NOOP: 1, ERROR: 2, DONE: 3, FIRST: 16 } as const;
const DUMP_INTERRUPTED = 0x10;

/** Reads its attributes when they are asked for: of a dump's many messages few are. */
class Answer implements Message {
  constructor(readonly header: DataView, readonly headerLength: number) {}
  get attributes(): Attributes {
    return this.header.byteLength > this.headerLength
      ? readAttributes(this.header, this.headerLength)
      : new Map();
  }
}

/**
 * Takes apart what one read from a netlink socket gave. In TypeScript, because libmnl would call back for every message: half of
 * the time of a long dump.
 *
 * @param bytes What was read.
 * @param what Was being done, for the error.
 * @param sequence Of the request that is being answered.
 * @param headerLength Bytes of the fixed part of its answers.
 * @param each Called for every answer.
 * @returns Whether that was the end of the answers.
 * @throws {NativeError} If the kernel refuses; EINTR if a dump changed under way, EPROTO if this is no answer to the request.
 */
export function readMessages(
  bytes: Uint8Array<ArrayBuffer>,
  { what, sequence, headerLength }: { what: string; sequence: number; headerLength: number },
  each: (message: Message) => void,
): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEADER <= view.byteLength;) {
    const length = view.getUint32(at, true);
    const type = view.getUint16(at + 4, true);
    if (length < HEADER || at + length > view.byteLength || view.getUint32(at + 8, true) !== sequence) {
      throw new NativeError(what, Errno.EPROTO);
    }
    if ((view.getUint16(at + 6, true) & DUMP_INTERRUPTED) !== 0) throw new NativeError(what, Errno.EINTR);
    if (type === Type.DONE) return true;
    if (type === Type.ERROR) {
      if (length < HEADER + 4) throw new NativeError(what, Errno.EPROTO);
      const code = view.getInt32(at + HEADER, true);
      if (code !== 0) throw new NativeError(what, Math.abs(code));
      return true;
    }
    if (type >= Type.FIRST) {
      each(
        new Answer(new DataView(bytes.buffer, bytes.byteOffset + at + HEADER, length - HEADER), headerLength),
      );
    }
    at += (length + 3) & ~3;
  }
  return false;
}
