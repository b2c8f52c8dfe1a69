/** Which role? Each loads only what it needs: a pod's start pays for every module. */
if (Deno.env.get("CNI_COMMAND") !== undefined) {
  const { runPlugin } = await import("./src/cni/plugin.ts");
  Deno.exit(await runPlugin());
} else {
  const { runCommand } = await import("./src/node/command.ts");
  Deno.exit(await runCommand(Deno.args));
}
