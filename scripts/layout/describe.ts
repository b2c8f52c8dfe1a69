/** Turns BTF types into descriptions by which TypeScript can read memory. */
import type { Btf, BtfType } from "./btf.ts";

/** An integer, or an array of integers. */
export interface IntegerField {
  readonly name: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes of one integer. */
  readonly size: number;
  readonly signed: boolean;
  readonly count?: number;
}

/** A struct inside a struct, or an array of them. */
export interface StructField {
  readonly name: string;
  readonly offset: number;
  /** The struct's name in C. */
  readonly struct: string;
  readonly count?: number;
}

/** A field of a struct, or a variable. */
export type Field = IntegerField | StructField;

/** One C struct. */
export interface StructLayout {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly fields: readonly Field[];
}

/** One C enum: its constants in order. */
export interface EnumLayout {
  readonly name: string;
  readonly values: readonly (readonly [name: string, value: number])[];
}

/** Everything that user space sees of an object; a struct comes after those it contains. */
export class Layout {
  readonly structs: StructLayout[] = [];
  readonly enums: EnumLayout[] = [];
  readonly #btf: Btf;
  readonly #seen = new Set<number>();

  /** @param btf The object's types. */
  constructor(btf: Btf) {
    this.#btf = btf;
  }

  /**
   * Describes a field or variable, and remembers the structs and enums that its type uses.
   *
   * @param offset Bytes from the start of the struct or section.
   * @throws {Error} If user space cannot share the type, for example a pointer.
   */
  field(name: string, offset: number, type: BtfType): Field {
    switch (type.kind) {
      case "INT":
        return { name, offset, size: type.size ?? 0, signed: type.encoding === "SIGNED" };
      case "ENUM":
      case "ENUM64":
        this.#addEnum(type);
        return { name, offset, size: type.size ?? 0, signed: values(type).some(([, value]) => value < 0) };
      case "STRUCT":
        this.#addStruct(type);
        return { name, offset, struct: type.name };
      case "ARRAY": {
        const element = this.field(name, offset, this.#btf.resolve(type.type_id));
        // An array of arrays is one long array in memory.
        return { ...element, count: (type.nr_elems ?? 0) * (element.count ?? 1) };
      }
      default:
        throw new Error(`Cannot describe "${name}": user space cannot share a ${type.kind}`);
    }
  }

  #addStruct(type: BtfType): void {
    if (this.#seen.has(type.id)) return;
    this.#seen.add(type.id);
    const fields = this.#members(type, 0);
    this.structs.push({ name: type.name, size: type.size ?? 0, fields });
  }

  /** The members of an anonymous struct or union belong to the struct that contains it, as in C. */
  #members(type: BtfType, base: number): Field[] {
    return (type.members ?? []).flatMap((member) => {
      if (member.bitfield_size) {
        throw new Error(`Cannot describe the bit field "${type.name}.${member.name}"`);
      }
      const offset = base + member.bits_offset / 8;
      const of = this.#btf.resolve(member.type_id);
      return member.name === "(anon)" ? this.#members(of, offset) : [this.field(member.name, offset, of)];
    });
  }

  #addEnum(type: BtfType): void {
    if (this.#seen.has(type.id)) return;
    this.#seen.add(type.id);
    this.enums.push({ name: type.name, values: values(type) });
  }
}

function values(type: BtfType): (readonly [string, number])[] {
  return (type.values ?? []).map(({ name, val }) => [name, Number(BigInt.asIntN(64, BigInt(val)))]);
}
