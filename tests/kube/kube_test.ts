/** src/kube with a real kube-apiserver, etcd and kube-controller-manager. */
import { assertEquals } from "@std/assert";
import type { Finding } from "../rig/clients/findings.ts";
import { built, ETCD, KUBE_APISERVER, KUBE_CONTROLLER_MANAGER } from "../rig/clients/go.ts";
import { testIf } from "../rig/needs.ts";
import { runOnOwnNode } from "../rig/own_node.ts";
import type { NodeRequest } from "./node.ts";

const NODE = new URL("./node.ts", import.meta.url).pathname;
/** What a first run may spend on building one program. */
const BUILD_SECONDS = 600;

/** Gets all that the node needs. @returns The request, or why it cannot be had. */
async function prepare(): Promise<{ request: NodeRequest } | { missing: string }> {
  if (Deno.uid() !== 0) return { missing: "only root may make a node" };
  const programs = { etcd: ETCD, apiserver: KUBE_APISERVER, controllerManager: KUBE_CONTROLLER_MANAGER };
  const paths = { etcd: "", apiserver: "", controllerManager: "" };
  for (const name of ["etcd", "apiserver", "controllerManager"] as const) {
    const have = await built(programs[name], BUILD_SECONDS);
    if ("missing" in have) return { missing: `${name}: ${have.missing}` };
    paths[name] = have.path;
  }
  return { request: paths };
}

const ready = await prepare();
testIf("missing" in ready ? ready.missing : null, "src/kube with a real API server", async (t) => {
  if ("missing" in ready) return;
  const findings = await runOnOwnNode<Finding[]>({
    name: "the kube node",
    script: NODE,
    request: ready.request,
  });
  for (const { scenario, problems } of findings) {
    await t.step(scenario, () => assertEquals(problems, []));
  }
});
