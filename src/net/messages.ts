import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { type Attributes, readAttributes, readString, readU32 } from "./attributes.ts";

/**
 * An answer: the fixed part and the attributes behind it. Valid only until the next request: copy what is
 * kept.
 */
export interface Message {
  readonly type: number;
  readonly flags: number;
  /** The whole body, the fixed part first. */
  readonly header: DataView;
  readonly attributes: Attributes;
}

/** Bytes of struct nlmsghdr: length, type, flags, sequence, port. */
export const HEADER = 16;
const Type = { ERROR: 2, DONE: 3, FIRST: 16 } as const;
const AnswerFlag = { DUMP_INTERRUPTED: 0x10, CAPPED: 0x100, HAS_ATTRIBUTES: 0x200 } as const;
/** Attributes of an extended acknowledgement (NLMSGERR_ATTR_*). */
const ErrorAttribute = { MESSAGE: 1, OFFSET: 2 } as const;
const MAX_REASON_LENGTH = 200;

/** Reads its attributes when they are asked for: few of a dump's many messages are. */
export class Answer implements Message {
  readonly type: number;
  readonly flags: number;
  readonly header: DataView;

  /**
   * @param headerLength Bytes of the fixed part.
   * @throws {NativeError} EPROTO if the message is shorter than that.
   */
  constructor(what: string, { type, flags, body }: Frame, readonly headerLength: number) {
    if (body.byteLength < headerLength) throw new NativeError(what, Errno.EPROTO);
    this.type = type;
    this.flags = flags;
    this.header = body;
  }

  get attributes(): Attributes {
    return readAttributes(this.header, this.headerLength);
  }
}

/** A message with its frame, as {@linkcode eachMessage} finds it. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: DataView;
}

/**
 * Takes a datagram apart. In TypeScript, because a native library would call back for every message: half of
 * the time of a long dump.
 *
 * @param each Called for every message until it returns true.
 * @returns Whether `each` returned true.
 * @throws {NativeError} EPROTO if a message is cut short.
 */
export function eachMessage(
  what: string,
  bytes: Uint8Array<ArrayBuffer>,
  each: (frame: Frame) => boolean,
): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + HEADER <= view.byteLength;) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > view.byteLength) throw new NativeError(what, Errno.EPROTO);
    const frame: Frame = {
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      body: new DataView(bytes.buffer, bytes.byteOffset + at + HEADER, length - HEADER),
    };
    if (each(frame)) return true;
    at += (length + 3) & ~3;
  }
  return false;
}

/** The answers to one request, as they arrive. */
export class Answers {
  /** Whether what is dumped changed meanwhile, so that entries may be missing or appear twice. */
  interrupted = false;

  /**
   * @param what Is being done, for the error.
   * @param sequence The request's: messages with another sequence are left over from an earlier request.
   * @param headerLength Bytes of the fixed part of the answers.
   */
  constructor(readonly what: string, readonly sequence: number, readonly headerLength: number) {}

  /**
   * Reads one datagram.
   *
   * @param each Called for every answer.
   * @returns Whether that was the end of the answers.
   * @throws {NativeError} If the kernel refuses; EPROTO if a message is malformed.
   */
  read(bytes: Uint8Array<ArrayBuffer>, each: (message: Message) => void): boolean {
    return eachMessage(this.what, bytes, (frame) => {
      if (frame.sequence !== this.sequence) return false;
      if ((frame.flags & AnswerFlag.DUMP_INTERRUPTED) !== 0) this.interrupted = true;
      if (frame.type >= Type.FIRST) each(new Answer(this.what, frame, this.headerLength));
      const error = errorOf(this.what, frame);
      if (error !== null) throw error;
      return frame.type === Type.DONE || frame.type === Type.ERROR;
    });
  }
}

/**
 * The error that a message reports, with the kernel's own reason if it gives one.
 *
 * @returns null if the message reports none.
 * @throws {NativeError} EPROTO if the message is malformed.
 */
export function errorOf(what: string, { type, flags, body }: Frame): NativeError | null {
  if (type !== Type.ERROR && type !== Type.DONE) return null;
  if (body.byteLength < 4) {
    if (type === Type.DONE) return null;
    throw new NativeError(what, Errno.EPROTO);
  }
  const code = Math.abs(body.getInt32(0, true));
  if (code === 0) return null;
  return new NativeError(
    what,
    code,
    (flags & AnswerFlag.HAS_ATTRIBUTES) === 0 ? "" : reason(type, flags, body),
  );
}

/**
 * The kernel's reason: behind the errno, or behind the request that an error quotes in whole or by its
 * header.
 */
function reason(type: number, flags: number, body: DataView): string {
  let at = 4;
  if (type === Type.ERROR) {
    if (body.byteLength < 4 + HEADER) return "";
    const quoted = (flags & AnswerFlag.CAPPED) === 0 ? body.getUint32(4, true) : HEADER;
    at += Math.max(HEADER, (quoted + 3) & ~3);
  }
  const attributes = readAttributes(body, at);
  const message = readString(attributes, ErrorAttribute.MESSAGE).slice(0, MAX_REASON_LENGTH);
  const offset = readU32(attributes, ErrorAttribute.OFFSET);
  return [message, offset === undefined ? "" : `attribute at byte ${offset}`].filter((part) => part !== "")
    .join(", ");
}
