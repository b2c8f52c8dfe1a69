/**
 * Chooses the role. A container runtime calls the plugin at every pod's start, so only that is loaded at
 * once; its other parts and the command-line tool are loaded on demand.
 */
import { describeError } from "./src/base/log/describe.ts";
import type { Logger } from "./src/base/log/log.ts";
import { runPlugin } from "./src/cni/plugin.ts";
import type { DelRequest } from "./src/cni/protocol.ts";
import { loadPlugin, productOf, PRODUCTS } from "./src/products.ts";

const executable = Deno.execPath();
const name = executable.slice(executable.lastIndexOf("/") + 1);

if (Deno.env.get("CNI_COMMAND") !== undefined) {
  Deno.exit(await runPlugin({ load: (type) => loadPlugin(type, name), afterDel: removeStub }));
}
const { runTool } = await import("./src/commands/run.ts");
Deno.exit(await runTool(Deno.args, await productOf(name), PRODUCTS));

/**
 * An executable that was uninstalled stays for the pods that were added with it; the last one's DEL removes
 * it.
 */
async function removeStub({ containerId }: DelRequest, logger: Logger): Promise<void> {
  try {
    if (!isFile(`${executable}.uninstalled`)) return;
    const { removeStub } = await import("./src/install/stub.ts");
    if (!await removeStub(executable, containerId)) return;
    logger.info("executable removed: the last pod that was added with it is gone", { path: executable });
  } catch (error) {
    logger.error("executable not removed", { error: describeError(error) });
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}
