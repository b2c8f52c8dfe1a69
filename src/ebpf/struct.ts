/** An integer in a struct, or `count` of them in a row; little endian. */
export interface IntegerField {
  readonly offset: number;
  /** Bytes of one integer. */
  readonly size: number;
  readonly signed: boolean;
  readonly count?: number;
}

/** A struct of integers, as in layouts generated from an object's BTF. */
interface Struct {
  readonly fields: Readonly<Record<string, { readonly offset: number }>>;
}

/** The names of a struct's own integers, without arrays and nested structs. */
export type IntegerNames<S extends Struct> = {
  [K in keyof S["fields"]]: S["fields"][K] extends { count: number } ? never
    : S["fields"][K] extends IntegerField ? K
    : never;
}[keyof S["fields"]];

/** Reads one integer. @returns A bigint, whatever its size. */
export function readInteger(
  view: DataView,
  offset: number,
  { size, signed }: Omit<IntegerField, "offset">,
): bigint {
  switch (size) {
    case 1:
      return BigInt(signed ? view.getInt8(offset) : view.getUint8(offset));
    case 2:
      return BigInt(signed ? view.getInt16(offset, true) : view.getUint16(offset, true));
    case 4:
      return BigInt(signed ? view.getInt32(offset, true) : view.getUint32(offset, true));
    default:
      return signed ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true);
  }
}

function isInteger(field: { readonly offset: number }): field is IntegerField {
  return "size" in field && "signed" in field && !("count" in field);
}

const integers = new WeakMap<Struct, readonly (readonly [name: string, field: IntegerField])[]>();

/** A struct's own integers, cached: commands read thousands of the same struct. */
function integersOf(struct: Struct): readonly (readonly [name: string, field: IntegerField])[] {
  let found = integers.get(struct);
  if (found === undefined) {
    found = Object.entries(struct.fields).flatMap(([name, field]) =>
      isInteger(field) ? [[name, field] as const] : []
    );
    integers.set(struct, found);
  }
  return found;
}

/** Reads a struct's own integers; arrays and nested structs are left out. */
export function readStruct<S extends Struct>(
  view: DataView,
  struct: S,
  at = 0,
): Record<IntegerNames<S>, bigint> {
  const values: Record<string, bigint> = {};
  for (const [name, field] of integersOf(struct)) values[name] = readInteger(view, at + field.offset, field);
  return values as Record<IntegerNames<S>, bigint>;
}

/** Writes a struct's integers. @throws {RangeError} If a value does not fit its field. */
export function writeStruct<S extends Struct>(
  view: DataView,
  struct: S,
  values: Readonly<Record<IntegerNames<S>, bigint>>,
  at = 0,
): void {
  for (const [name, value] of Object.entries<bigint>(values)) {
    const field = struct.fields[name];
    if (field === undefined || !isInteger(field)) {
      throw new RangeError(`Cannot write "${name}": there is no such field`);
    }
    if (BigInt.asUintN(field.size * 8, value) !== value) {
      throw new RangeError(`Cannot write ${value} to "${name}": the field has ${field.size} bytes`);
    }
    const offset = at + field.offset;
    if (field.size === 8) view.setBigUint64(offset, value, true);
    else if (field.size === 4) view.setUint32(offset, Number(value), true);
    else throw new RangeError(`Cannot write "${name}": fields of ${field.size} bytes are only read`);
  }
}
