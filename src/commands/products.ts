/** Which products a shared command acts on. */
import type { Product } from "../agent/product.ts";
import { quote } from "../base/log/quote.ts";
import type { CommandOption, Options } from "../cli/options.ts";
import { UsageError } from "../cli/output.ts";
import type { ChainedPlugin } from "../install/render.ts";

/** How products are loaded, by their names. */
export type Products = Readonly<Record<string, () => Promise<Product>>>;

/** What the shared commands know about products. */
export interface House {
  /** The product whose tool was called. */
  readonly own: Product;
  readonly products: Products;
}

/** `--products NAME,…` */
export function productsOption({ own, products }: House): CommandOption {
  return {
    name: "products",
    value: "NAME,…",
    complete: Object.keys(products),
    about: `the products to act on, of ${Object.keys(products).join(", ")} (${own.name})`,
  };
}

/**
 * The products that `--products` names, in the order of the table.
 *
 * @throws {UsageError} If one is unknown.
 */
export async function chosenProducts(
  options: Options,
  { own, products }: House,
): Promise<readonly Product[]> {
  const given = options.string("products");
  if (given === undefined) return [own];
  const names = given.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(products, name));
  if (unknown !== undefined) {
    throw new UsageError(
      `Unknown product ${quote(unknown)}: it must be one of ${Object.keys(products).join(", ")}`,
    );
  }
  const loads = Object.entries(products).filter(([name]) => names.includes(name)).map(([, load]) => load());
  return await Promise.all(loads);
}

/**
 * The entries of products in the node's CNI list.
 *
 * @throws {UsageError} If a product has none.
 */
export function chainedPlugins(products: readonly Product[]): readonly ChainedPlugin[] {
  return products.map(({ name, chained }) => {
    if (chained !== undefined) return chained;
    throw new UsageError(`Cannot install ${name}: this executable does not contain its plugin yet`);
  });
}

/** The CNI types of all products, which are the names of the executable. */
export async function pluginTypes(products: Products): Promise<readonly string[]> {
  return await Promise.all(Object.values(products).map(async (load) => (await load()).type));
}
