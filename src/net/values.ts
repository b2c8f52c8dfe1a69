/** Attribute values that a pod's start does not need: see encode.ts and attributes.ts for the rest. */
import type { Attributes } from "./attributes.ts";

/** The value of a flag: an attribute that says something by being there. */
export const EMPTY = new Uint8Array(0);

/** An 8-bit attribute value. */
export function u8(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([value]);
}

/** A 16-bit attribute value. */
export function u16(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint16Array([value]).buffer);
}

/** A 16-bit attribute value in network byte order. */
export function be16(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value);
  return bytes;
}

/** A 32-bit attribute value in network byte order. */
export function be32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A 64-bit attribute value in network byte order. */
export function be64(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** An 8-bit attribute; undefined if it is absent. */
export function readU8(attributes: Attributes, type: number): number | undefined {
  return sized(attributes, type, 1)?.getUint8(0);
}

/** A 16-bit attribute; undefined if it is absent. */
export function readU16(attributes: Attributes, type: number): number | undefined {
  return sized(attributes, type, 2)?.getUint16(0, true);
}

/** A 16-bit attribute in network byte order; undefined if it is absent. */
export function readBe16(attributes: Attributes, type: number): number | undefined {
  return sized(attributes, type, 2)?.getUint16(0);
}

/** A 32-bit attribute in network byte order; undefined if it is absent. */
export function readBe32(attributes: Attributes, type: number): number | undefined {
  return sized(attributes, type, 4)?.getUint32(0);
}

/** A 64-bit attribute in network byte order; undefined if it is absent. */
export function readBe64(attributes: Attributes, type: number): bigint | undefined {
  return sized(attributes, type, 8)?.getBigUint64(0);
}

function sized(attributes: Attributes, type: number, bytes: number): DataView | undefined {
  const value = attributes.get(type);
  return value === undefined || value.byteLength < bytes ? undefined : value;
}

/** A copy of an attribute's bytes, which stays valid after the next request; undefined if it is absent. */
export function readBytes(attributes: Attributes, type: number): Uint8Array<ArrayBuffer> | undefined {
  const value = attributes.get(type);
  return value === undefined ? undefined : bytesOf(value).slice();
}

/** The bytes of a view, not copied. */
export function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Fields of an object that are not undefined: exact optional properties must be absent, not undefined. */
export function defined<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
