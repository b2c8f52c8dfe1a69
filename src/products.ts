/**
 * The products of this executable. Only this file names them all: a new product is a folder and a line in
 * each table.
 */
import type { Product } from "./agent/product.ts";
import { plugin as natra } from "./natra/cni/verbs.ts";
import type { Plugin } from "./cni/plugin.ts";
import { CniError, CODE } from "./cni/errors.ts";

/** How to load a product, by its name, in the order in which the agent runs them. */
export const PRODUCTS: Readonly<Record<string, () => Promise<Product>>> = {
  natra: async () => (await import("./natra/product.ts")).product,
  pona: async () => (await import("./pona/product.ts")).product,
  patronus: async () => (await import("./patronus/product.ts")).product,
};

/**
 * How to load a plugin, by its CNI type; null if this executable does not contain it yet. natra's comes with the entry: behind
 * an import() of its own it took 4 ms longer at every pod's start.
 */
const PLUGINS: Readonly<Record<string, (() => Promise<Plugin>) | null>> = {
  "natra": () => Promise.resolve(natra),
  "pona": null,
  "patronus-cni": null,
};
/** A list may call the executable by any other name, which natra has always allowed. */
const DEFAULT_TYPE = "natra";

/**
 * Loads the plugin that a runtime calls: nothing else is loaded at a pod's start.
 *
 * @param type The configuration's `type`; undefined where no configuration could be read.
 * @param executable The executable's file name, which decides where the type is unknown.
 * @throws {CniError} With code 7 if this executable does not contain that plugin yet.
 */
export async function loadPlugin(type: string | undefined, executable: string): Promise<Plugin> {
  const known = [type, executable].find((name) => name !== undefined && Object.hasOwn(PLUGINS, name));
  const load = PLUGINS[known ?? DEFAULT_TYPE];
  if (load === null || load === undefined) {
    throw new CniError(
      CODE.INVALID_NETWORK_CONFIG,
      `This executable has no plugin of type "${known}"`,
      "install a version that has it, or remove it from the CNI list",
    );
  }
  return await load();
}

/**
 * The product whose tool an executable of this name is: natra, unless the name is the type of a different
 * product.
 */
export async function productOf(executable: string): Promise<Product> {
  for (const load of Object.values(PRODUCTS)) {
    const product = await load();
    if (product.type === executable || product.name === executable) return product;
  }
  const [first] = Object.values(PRODUCTS);
  if (first === undefined) throw new Error("there is no product");
  return await first();
}
