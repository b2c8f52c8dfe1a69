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
  for (let at = offset; at + HEADER <= view.byteLength;) {
    const length = view.getUint16(at, true);
    if (length < HEADER || at + length > view.byteLength) break;
    const value = new DataView(view.buffer, view.byteOffset + at + HEADER, length - HEADER);
    attributes.set(view.getUint16(at + 2, true) & TYPE_MASK, value);
    at += (length + 3) & ~3;
  }
  return attributes;
}

/** A nested attribute's own attributes; none if it is absent. */
export function nested(attributes: Attributes, type: number): Attributes {
  const value = attributes.get(type);
  return value === undefined ? new Map() : readAttributes(value);
}

/** A string attribute without its zero; empty if it is absent. */
export function readString(attributes: Attributes, type: number): string {
  const value = attributes.get(type);
  if (value === undefined) return "";
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
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
