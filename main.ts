/**
 * Which role? A container runtime calls the plugin at every pod's start, so that is what is loaded at once; whatever else it
 * needs, and the node's tool, when it is wanted.
 */
import { runPlugin } from "./src/cni/plugin.ts";

if (Deno.env.get("CNI_COMMAND") !== undefined) Deno.exit(await runPlugin());
const { runCommand } = await import("./src/cli/command.ts");
Deno.exit(await runCommand(Deno.args));
