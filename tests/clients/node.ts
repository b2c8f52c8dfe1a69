/** What runs on the clients' own node: a request as JSON in, the findings as JSON out. */
import { answerOnOwnNode } from "../rig/own_node.ts";
import { pause } from "../rig/interruption.ts";
import { type ClientName, cniVersionOf, type Parts } from "../rig/clients/clients.ts";
import { CnitoolRuntime } from "../rig/clients/cnitool_runtime.ts";
import { ContainerdRuntime } from "../rig/clients/containerd_runtime.ts";
import { find, type Finding, tell } from "../rig/clients/findings.ts";
import { KubeletRuntime } from "../rig/clients/kubelet_runtime.ts";
import { calls, installPlugins, NATRA, writeList } from "../rig/clients/network.ts";
import type { Runtime } from "../rig/clients/runtime.ts";
import { changedList, everyKind, killedAdd, killedRuntime, lostNamespace, manyPods } from "./scenarios.ts";

/** What is wanted of a node. */
export interface NodeRequest {
  readonly client: ClientName;
  readonly parts: Parts;
  /** Path of natra's executable. */
  readonly natra: string;
  /** Parent of all pods' cgroups. */
  readonly cgroup: string;
  /** How many pods at once, and in a row. */
  readonly together: number;
  readonly inARow: number;
}

function start({ client, parts, cgroup }: NodeRequest): Promise<Runtime> {
  if (client === "cnitool") return Promise.resolve(new CnitoolRuntime(parts.cnitool));
  return client === "kubelet" ? KubeletRuntime.start(parts, cgroup) : ContainerdRuntime.start(parts, cgroup);
}

async function play(request: NodeRequest): Promise<Finding[]> {
  const { natra, parts, together, inARow } = request;
  await installPlugins(parts.plugins, natra, cniVersionOf(request.client));
  await writeList({});
  await using runtime = await start(request);
  const stage = { runtime, natra: NATRA };
  const findings: Finding[] = [];
  const scene = async (name: string, scenario: Parameters<typeof find>[1]): Promise<void> => {
    const finding = await find(name, scenario);
    findings.push(finding);
    tell(request.client, finding);
    if (finding.problems.length > 0) await runtime.clear().catch(() => pause(0)); // the next one is to be judged by itself
  };
  await scene("pods of every kind", (notebook) => everyKind(stage, notebook));
  await scene("DEL without a namespace", (notebook) => lostNamespace(stage, notebook));
  await scene("ADD killed half-way", (notebook) => killedAdd(stage, notebook));
  await scene("client killed half-way", (notebook) => killedRuntime(stage, notebook));
  await scene("list changed between ADD and DEL", (notebook) => changedList(stage, notebook));
  if (together > 0) {
    await scene(`${together} pods at once`, (notebook) => manyPods(stage, notebook, together, true));
  }
  if (inARow > 0) {
    await scene(`${inARow} pods in a row`, (notebook) => manyPods(stage, notebook, inARow, false));
  }
  await scene("calls of natra", async (notebook) => {
    const made = await calls();
    notebook.notes.push(made);
    const asksStatus = cniVersionOf(request.client) === "1.1.0";
    notebook.expect(made.includes("STATUS") === asksStatus, `natra was called for "${made}"`);
  });
  return findings;
}

if (import.meta.main) {
  await answerOnOwnNode(play);
}
