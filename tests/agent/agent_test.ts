/** `natra agent` with a real kube-apiserver, etcd, libcni, ptp and pods. */
import { assertEquals } from "@std/assert";
import { unpacked } from "../rig/clients/debian.ts";
import type { Finding } from "../rig/clients/findings.ts";
import { built, cnitool, ETCD, KUBE_APISERVER } from "../rig/clients/go.ts";
import { runOnOwnNode } from "../rig/own_node.ts";
import { needsBuilt, testIf } from "../rig/needs.ts";
import type { NodeRequest } from "./node.ts";

const NODE = new URL("./node.ts", import.meta.url).pathname;
const NODE_SETUP = new URL("../rig/clients/node.sh", import.meta.url).pathname;
const NATRA = new URL("../../build/natra", import.meta.url).pathname;
/** What a first run may spend on building one program. */
const BUILD_SECONDS = 600;

/** Gets all that the node needs. @returns the request, or why it cannot be had */
async function prepare(): Promise<{ request: NodeRequest } | { missing: string }> {
  const missing = Deno.uid() === 0 ? needsBuilt("natra") : "only root may make a node";
  if (missing !== null) return { missing };
  const parts = {
    etcd: await built(ETCD, BUILD_SECONDS),
    apiserver: await built(KUBE_APISERVER, BUILD_SECONDS),
    cnitool: await cnitool(),
    plugins: await unpacked("bookworm", ["containernetworking-plugins"]),
  };
  const paths: Record<keyof typeof parts, string> = { etcd: "", apiserver: "", cnitool: "", plugins: "" };
  for (const name of ["etcd", "apiserver", "cnitool", "plugins"] as const) {
    const have = parts[name];
    if ("missing" in have) return { missing: `${name}: ${have.missing}` };
    paths[name] = have.path;
  }
  return { request: { ...paths, natra: NATRA } };
}

const ready = await prepare();
testIf("missing" in ready ? ready.missing : null, "natra agent with a real API server", async (t) => {
  if ("missing" in ready) return;
  const { request } = ready;
  const findings = await runOnOwnNode<Finding[]>({
    name: "the agent's node",
    script: NODE,
    request,
    prepare: [NODE_SETUP],
  });
  for (const { scenario, problems } of findings) {
    await t.step(scenario, () => assertEquals(problems, []));
  }
});
