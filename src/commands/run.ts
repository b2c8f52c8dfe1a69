/** The command-line tool: the shared subcommands, and those of the product whose tool was called. */
import type { Product } from "../agent/product.ts";
import { runCommand } from "../cli/command.ts";
import type { Entry, Tool } from "../cli/subcommand.ts";
import { houseCommands } from "./house.ts";
import type { Products } from "./products.ts";

/**
 * Runs the tool.
 *
 * @param args The command line: `COMMAND …`, or `PRODUCT COMMAND …` for a product other than the executable's
 * own.
 * @param own The product that the executable's name stands for.
 * @returns The exit code: 0 success, 1 problem found, 2 wrong usage.
 */
export async function runTool(args: readonly string[], own: Product, products: Products): Promise<number> {
  const [first = "", ...rest] = args;
  const other = Object.hasOwn(products, first) ? await products[first]?.() : undefined;
  return other === undefined
    ? await runCommand(args, toolOf(own, own.type, products))
    : await runCommand(rest, toolOf(other, `${own.type} ${other.name}`, products));
}

/** A product's tool: the shared commands, and its own. */
export function toolOf(product: Product, name: string, products: Products): Tool {
  const commands: Readonly<Record<string, Entry>> = {
    ...houseCommands({ own: product, products }),
    ...product.commands,
  };
  return {
    name,
    summary: product.summary,
    commands: Object.fromEntries(Object.entries(commands).sort(([a], [b]) => a < b ? -1 : 1)),
    podNames: () => product.podNames?.() ?? [],
  };
}
