import { cstr } from "../../ffi/native.ts";
import { HEADER } from "./messages.ts";

/** An attribute to send: its type and its bytes, or the attributes that it nests. */
export type Attribute = readonly [type: number, value: Uint8Array<ArrayBuffer> | readonly Attribute[]];

/** A message as it is sent: struct nlmsghdr without its length, then the fixed part and the attributes. */
export interface OutgoingMessage {
  /** What is being done, for the error, for example `add htb to "veth0"`. */
  readonly what: string;
  readonly type: number;
  readonly flags?: number;
  /** The fixed part behind the netlink header: ifinfomsg, tcmsg, … */
  readonly header: Uint8Array<ArrayBuffer>;
  readonly attributes?: readonly Attribute[];
}

const ATTRIBUTE_HEADER = 4;
const NESTED = 0x8000; // NLA_F_NESTED
const MAX_ATTRIBUTE_LENGTH = 0xffff;

/** The length up to the next multiple of four, where the next attribute or message begins. */
export const align = (length: number): number => (length + 3) & ~3;

/**
 * Encodes a message.
 *
 * @throws {Error} If an attribute is longer than 65,531 bytes.
 */
export function encodeMessage(message: OutgoingMessage, sequence: number): Uint8Array<ArrayBuffer> {
  const { type, flags = 0, header, attributes = [] } = message;
  const start = HEADER + align(header.length);
  const bytes = new Uint8Array(start + lengthOf(attributes));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags, true);
  view.setUint32(8, sequence, true);
  bytes.set(header, HEADER);
  write(message.what, view, start, attributes);
  return bytes;
}

function lengthOf(attributes: readonly Attribute[]): number {
  let length = 0;
  for (const [, value] of attributes) {
    length += ATTRIBUTE_HEADER + align(value instanceof Uint8Array ? value.length : lengthOf(value));
  }
  return length;
}

/** Writes attributes from `at` on. @returns The offset behind them. */
function write(
  what: string,
  view: DataView<ArrayBuffer>,
  at: number,
  attributes: readonly Attribute[],
): number {
  for (const [type, value] of attributes) {
    const start = at + ATTRIBUTE_HEADER;
    const isNest = !(value instanceof Uint8Array);
    if (!isNest) new Uint8Array(view.buffer).set(value, start);
    const end = isNest ? write(what, view, start, value) : start + value.length;
    if (end - at > MAX_ATTRIBUTE_LENGTH) throw new Error(`Cannot ${what}: the message is too long`);
    view.setUint16(at, end - at, true);
    view.setUint16(at + 2, isNest ? type | NESTED : type, true);
    at = align(end);
  }
  return at;
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
