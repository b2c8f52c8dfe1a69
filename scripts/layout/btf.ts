/**
 * Reads the BTF of a BPF object, as far as user space sees it: keys and values of maps, global data, enums.
 */
import type { Context } from "../build/context.ts";
import { run, tool } from "../build/run.ts";

/** A type in BTF, without the fields that its kind does not have. */
export interface BtfType {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  /** Bytes. */
  readonly size?: number;
  readonly type_id?: number;
  readonly nr_elems?: number;
  readonly encoding?: string;
  readonly members?: readonly {
    readonly name: string;
    readonly type_id: number;
    readonly bits_offset: number;
    readonly bitfield_size?: number;
  }[];
  readonly values?: readonly { readonly name: string; readonly val: string }[];
  readonly vars?: readonly { readonly type_id: number; readonly size: number }[];
}

/** A variable of the object's global data. */
export interface Variable {
  readonly name: string;
  /** Bytes from the start of its section. */
  readonly offset: number;
  readonly type: BtfType;
}

/** A map that the object declares. */
export interface MapDefinition {
  readonly name: string;
  readonly key: BtfType;
  readonly value: BtfType;
}

/** A section of global data, which is one map for the kernel. */
export interface Section {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly variables: readonly Variable[];
}

/** The types of one BPF object. */
export class Btf {
  readonly #types: ReadonlyMap<number, BtfType>;
  readonly maps: readonly MapDefinition[];
  readonly sections: readonly Section[];

  /**
   * @param types All types, as bpftool lists them.
   * @param offsets The offset of each variable in its section, which clang stores only in the symbol table.
   * @param sizes Bytes of each section.
   */
  constructor(
    types: readonly BtfType[],
    offsets: ReadonlyMap<string, number>,
    sizes: ReadonlyMap<string, number>,
  ) {
    this.#types = new Map(types.map((type) => [type.id, type]));
    const dataSections = types.filter(({ kind }) => kind === "DATASEC");
    this.maps = dataSections
      .filter(({ name }) => name === ".maps")
      .flatMap((section) => this.#variables(section, offsets))
      .map(({ name, type }) => ({
        name,
        key: this.#pointee(type, "key"),
        value: this.#pointee(type, "value"),
      }));
    this.sections = dataSections
      .filter(({ name }) => name.startsWith("."))
      .filter(({ name }) => name !== ".maps")
      .map((section) => ({
        name: section.name,
        size: lookUp(sizes, section.name),
        variables: this.#variables(section, offsets).toSorted((a, b) => a.offset - b.offset),
      }));
  }

  /**
   * Follows typedefs and qualifiers.
   *
   * @throws {Error} If there is no such type.
   */
  resolve(id: number | undefined): BtfType {
    const type = this.#types.get(id ?? 0);
    if (type === undefined) throw new Error(`Cannot find the type "${id}" in the BTF`);
    return ["TYPEDEF", "CONST", "VOLATILE", "RESTRICT", "TYPE_TAG"].includes(type.kind)
      ? this.resolve(type.type_id)
      : type;
  }

  #variables(section: BtfType, offsets: ReadonlyMap<string, number>): Variable[] {
    return (section.vars ?? []).map(({ type_id }) => {
      const { name, type_id: of } = this.resolve(type_id);
      return { name, offset: lookUp(offsets, name), type: this.resolve(of) };
    });
  }

  /** libbpf's convention: a map is a struct whose members point to the types that it holds. */
  #pointee(map: BtfType, member: string): BtfType {
    const found = map.members?.find(({ name }) => name === member);
    if (found === undefined) {
      throw new Error(`Cannot find the type of a map's ${member}: declare it with __type()`);
    }
    return this.resolve(this.resolve(found.type_id).type_id);
  }
}

/**
 * Reads an object's types.
 *
 * @throws {Error} If a tool fails or the object has no BTF.
 */
export async function readBtf(context: Context, object: string): Promise<Btf> {
  const json = await run(context, [
    tool("bpftool").path,
    "-j",
    "btf",
    "dump",
    "file",
    object,
    "format",
    "raw",
  ]);
  const symbols = await run(context, [tool("llvm-nm").path, "--format=posix", object]);
  const sections = await run(context, [tool("llvm-size").path, "--format=sysv", object]);
  // An enum's values may exceed a JSON number: bpftool prints -1 as 18446744073709551615.
  const { types }: { types: BtfType[] } = JSON.parse(json.replace(/"val":(-?\d+)/g, '"val":"$1"'));
  return new Btf(
    types,
    table(symbols, /^(\S+) [bdr] ([0-9a-f]+)/i, 16),
    table(sections, /^(\S+) +(\d+) /, 10),
  );
}

function table(text: string, row: RegExp, radix: number): Map<string, number> {
  const rows = text.split("\n").map((line) => row.exec(line) ?? []);
  return new Map(rows.flatMap(([, name, value]) => (name && value ? [[name, parseInt(value, radix)]] : [])));
}

function lookUp(table: ReadonlyMap<string, number>, name: string): number {
  const value = table.get(name);
  if (value === undefined) throw new Error(`Cannot find "${name}" in the object`);
  return value;
}
