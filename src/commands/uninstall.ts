import type { Product } from "../agent/product.ts";
import { delay } from "../base/wait.ts";
import { removeExecutable, removeFromLists } from "../install/uninstall.ts";
import { type CniDirectories, cniDirectories, DIRECTORIES } from "../cli/cni_directories.ts";
import type { Command } from "../cli/subcommand.ts";
import { print } from "../cli/output.ts";
import { chosenProducts, type House, productsOption } from "./products.ts";

/** `natra uninstall` */
export function uninstallCommand(house: House): Command {
  return {
    usage: "[--bin-dir PATH] [--conf-dir PATH] [--keep-stub] [--products NAME,…]",
    about:
      `Removes what natra install wrote, and releases every pod: pods keep running without a limit. It removes
the list first, so that the next pod is added by the original; then queues and programs, records and pins;
then the executable. The log stays. Other products of this executable stay installed, and stay in the list.`,
    options: [
      ...DIRECTORIES,
      {
        name: "keep-stub",
        about:
          "keep the executable until the last pod that was added with it is deleted: CRI-O calls it then",
      },
      productsOption(house),
    ],
    notes: "Exit code 1 if something could not be removed.",
    run: async (options) => {
      const products = await chosenProducts(options, house);
      const failures = await uninstallNode(
        products,
        cniDirectories(options),
        options.flag("keep-stub"),
        print,
      );
      for (const failure of failures) print(`failed: ${failure}`);
      return failures.length === 0 ? 0 : 1;
    },
  };
}

/** How long a runtime may take to notice that a list is gone; until then it adds pods by it. */
const RELOAD_MS = 1000;

/**
 * Uninstalls products from the node.
 *
 * @param keepStub Keep an executable for the pods that were added with it.
 * @param report Called with a line for each thing that was done.
 * @returns What could not be removed, in words.
 * @throws {InstallError} If the directories cannot be used.
 */
export async function uninstallNode(
  products: readonly Product[],
  { binDir, confDir }: CniDirectories,
  keepStub: boolean,
  report: (line: string) => void,
): Promise<string[]> {
  const changes: string[] = [];
  for (const { type } of products) changes.push(...await removeFromLists(confDir, type));
  for (const change of changes) report(change);
  if (changes.length > 0) await delay(RELOAD_MS);
  const failures: string[] = [];
  for (const product of products) {
    failures.push(...await product.uninstall?.(report) ?? []);
    const { isRemoved, pods } = await removeExecutable(binDir, product.type, keepStub);
    report(
      isRemoved
        ? "removed the executable"
        : `kept the executable for ${pods} ${pods === 1 ? "pod" : "pods"}: the last one's DEL removes it`,
    );
  }
  return failures;
}
