/**
 * The number and name spaces of a node, and which product owns what in them. Each product declares its
 * allotment in its product.ts; a test proves that no two overlap.
 *
 * @module
 */

/** Numbers from `first` to `last`, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The spaces of numbers. A number has one owner in a space; the same number in a different space is
 * unrelated.
 *
 * | space           | what                                                                    |
 * | --------------- | ----------------------------------------------------------------------- |
 * | qdiscMajor      | majors of qdisc handles on interfaces of pods, both ends                |
 * | filterHandle    | handles of clsact filters at priority {@linkcode FILTER_PRIORITY}       |
 * | hookOrder       | places at the node's end of a veth, from the pod's packets inwards      |
 * | fwmark          | bits of the packet mark in the node's namespace                         |
 * | gatewayFwmark   | bits of the packet mark in a gateway pod's own namespace                |
 * | routeTable      | routing tables in the node's namespace                                  |
 * | rulePreference  | preferences of routing rules in the node's namespace                    |
 * | udpPort         | UDP ports that the node, or a gateway pod, listens on                   |
 * | tcpPort         | TCP ports that an agent or a controller listens on                      |
 */
export const NUMBER_SPACES = [
  "qdiscMajor",
  "filterHandle",
  "hookOrder",
  "fwmark",
  "gatewayFwmark",
  "routeTable",
  "rulePreference",
  "udpPort",
  "tcpPort",
] as const;
/** One of them. */
export type NumberSpace = (typeof NUMBER_SPACES)[number];

/**
 * The spaces of names. A name is owned together with all names that begin with it, so it may not be a prefix
 * of a name of a different owner.
 *
 * | space      | what                                                                            |
 * | ---------- | ------------------------------------------------------------------------------- |
 * | cniType    | `type` in a CNI list, and file name of the executable in the plugins' directory |
 * | path       | directories of pins, records, sockets, databases and logs                       |
 * | link       | names of network interfaces that are created                                    |
 * | metric     | metric families                                                                 |
 * | nftTable   | tables of nf_tables                                                             |
 * | annotation | prefixes of annotations and labels                                              |
 */
export const NAME_SPACES = ["cniType", "path", "link", "metric", "nftTable", "annotation"] as const;
/** One of them. */
export type NameSpace = (typeof NAME_SPACES)[number];

/** What a product owns on a node. A space that it does not use is left out. */
export interface Allotment {
  /** The product's name. */
  readonly product: string;
  readonly numbers: Readonly<Partial<Record<NumberSpace, readonly Range[]>>>;
  readonly names: Readonly<Partial<Record<NameSpace, readonly string[]>>>;
}

/** One number as a range. */
export function only(number: number): Range {
  return { first: number, last: number };
}

/** A range that begins at `first` and has `count` numbers. */
export function block(first: number, count: number): Range {
  return { first, last: first + count - 1 };
}

/**
 * Where allotments overlap, in words; empty if each number and each name has one owner. An allotment that
 * overlaps itself is reported, too.
 */
export function overlaps(allotments: readonly Allotment[]): string[] {
  const numbers = NUMBER_SPACES.flatMap((space) =>
    pairs(
      allotments.flatMap(({ product, numbers }) =>
        (numbers[space] ?? []).map((range) => ({ product, range }))
      ),
    ).filter(([a, b]) => a.range.first <= b.range.last && b.range.first <= a.range.last)
      .map(([a, b]) => `${space}: ${a.product} ${format(a.range)} and ${b.product} ${format(b.range)}`)
  );
  const names = NAME_SPACES.flatMap((space) =>
    pairs(allotments.flatMap(({ product, names }) => (names[space] ?? []).map((name) => ({ product, name }))))
      .filter(([a, b]) => a.product !== b.product || a.name === b.name)
      .filter(([a, b]) => begins(space, a.name, b.name) || begins(space, b.name, a.name))
      .map(([a, b]) => `${space}: ${a.product} "${a.name}" and ${b.product} "${b.name}"`)
  );
  return [...numbers, ...names];
}

/** Whether `other` is one of the names that are owned with `name`. */
function begins(space: NameSpace, name: string, other: string): boolean {
  if (space === "cniType" || space === "nftTable") return name === other;
  return space === "path" ? `${other}/`.startsWith(`${name}/`) : other.startsWith(name);
}

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((one, at) => all.slice(at + 1).map((other): [T, T] => [one, other]));
}

function format({ first, last }: Range): string {
  return first === last ? String(first) : `${first}-${last}`;
}
