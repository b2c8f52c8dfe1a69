/**
 * A part of a packet with all that it carries, and the number by which the part around it says what it is.
 */
export interface Layer {
  /** An EtherType or an IP protocol number. */
  readonly type: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Puts parts one after the other. */
export function concat(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** A number in network order. */
export function be16(value: number): number[] {
  return [value >> 8 & 0xff, value & 0xff];
}

/** A number in network order. */
export function be32(value: number): number[] {
  return [...be16(value >>> 16), ...be16(value & 0xffff)];
}

/** The Internet checksum (RFC 1071); 0 over bytes that hold a right one. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] ?? 0) << 8 | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
