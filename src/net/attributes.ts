import { text } from "../../ffi/native.ts";

/** Netlink attributes of an answer, by type. Of several attributes with one type the last one counts. */
export type Attributes = ReadonlyMap<number, DataView>;

const HEADER = 4;
const TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

/**
 * Reads the attributes in `view` from `offset` on, up to the first one whose length is wrong.
 *
 * @param view A message's body, or the value of a nested attribute.
 */
export function readAttributes(view: DataView, offset = 0): Attributes {
  const attributes = new Map<number, DataView>();
  scanAttributes(view, offset, view.byteLength, (type, at, length) => {
    attributes.set(type, new DataView(view.buffer, view.byteOffset + at, length));
  });
  return attributes;
}

/**
 * Calls `each` for the attributes in a part of `view`, up to the first one whose length is wrong.
 *
 * @param end The first offset behind the attributes, within the view.
 * @param each Takes the type, the offset of the value and its length.
 */
export function scanAttributes(
  view: DataView,
  offset: number,
  end: number,
  each: (type: number, at: number, length: number) => void,
): void {
  for (let at = offset; at + HEADER <= end;) {
    const length = view.getUint16(at, true);
    if (length < HEADER || at + length > end) break;
    each(view.getUint16(at + 2, true) & TYPE_MASK, at + HEADER, length - HEADER);
    at += (length + 3) & ~3;
  }
}

/** The text of a part of `view`, up to the first zero byte. */
export function textAt(view: DataView, at: number, length: number): string {
  return text(new Uint8Array(view.buffer, view.byteOffset + at, length));
}

/** The attributes in a nested attribute; an empty map if it is absent. */
export function nested(attributes: Attributes, type: number): Attributes {
  const value = attributes.get(type);
  return value === undefined ? new Map() : readAttributes(value);
}

/** A string attribute without its zero byte; empty if it is absent. */
export function readString(attributes: Attributes, type: number): string {
  const value = attributes.get(type);
  return value === undefined ? "" : textAt(value, 0, value.byteLength);
}

/** A 32-bit attribute; undefined if it is absent. */
export function readU32(attributes: Attributes, type: number): number | undefined {
  const value = attributes.get(type);
  return value === undefined || value.byteLength < 4 ? undefined : value.getUint32(0, true);
}

/** A signed 32-bit attribute; undefined if it is absent. */
export function readI32(attributes: Attributes, type: number): number | undefined {
  const value = attributes.get(type);
  return value === undefined || value.byteLength < 4 ? undefined : value.getInt32(0, true);
}
