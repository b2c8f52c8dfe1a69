import { text } from "../../ffi/native.ts";

/** Netlink attributes of an answer, by type. */
export type Attributes = ReadonlyMap<number, DataView>;

const HEADER = 4;
const TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

/**
 * Reads the attributes in `view` from `offset` on. A length that runs past the end ends the reading.
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
 * Tells of the attributes in a part of `view`, where each value begins and how long it is. A length that runs past the end ends
 * the reading.
 *
 * @param end The first offset behind them, within the view.
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

/** The text of a part of `view`, up to its zero. */
export function textAt(view: DataView, at: number, length: number): string {
  return text(new Uint8Array(view.buffer, view.byteOffset + at, length));
}

/** A nested attribute's own attributes; none if it is absent. */
export function nested(attributes: Attributes, type: number): Attributes {
  const value = attributes.get(type);
  return value === undefined ? new Map() : readAttributes(value);
}

/** A string attribute without its zero; empty if it is absent. */
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
