/** What runs on the agent's own node: a request as JSON in, the findings as JSON out. */
import { CnitoolRuntime } from "../rig/clients/cnitool_runtime.ts";
import { find, type Finding, tell } from "../rig/clients/findings.ts";
import { installPlugins, NATRA, writeList } from "../rig/clients/network.ts";
import { ApiServer, type Programs } from "../rig/cluster/api_server.ts";
import { grantRights } from "./rights.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Stage } from "./stage.ts";

/** What is wanted of a node. */
export interface NodeRequest extends Programs {
  readonly cnitool: string;
  /** Root of the files of the main plugins. */
  readonly plugins: string;
  /** Path of natra's executable. */
  readonly natra: string;
}

const ACCOUNT = "/run/secrets/kubernetes.io/serviceaccount";

async function play(request: NodeRequest): Promise<Finding[]> {
  await installPlugins(request.plugins, request.natra, "1.0.0");
  await writeList({});
  await using api = await ApiServer.start(request);
  await grantRights(api);
  await using runtime = new CnitoolRuntime(request.cnitool);
  const stage: Stage = { api, runtime, natra: NATRA, account: ACCOUNT };
  await Deno.mkdir(ACCOUNT, { recursive: true });
  const findings: Finding[] = [];
  for (const { name, run } of SCENARIOS) {
    const finding = await find(name, (notebook) => run(stage, notebook));
    findings.push(finding);
    tell("agent", finding);
    await runtime.clear();
  }
  return findings;
}

if (import.meta.main) {
  Deno.env.set("TMPDIR", "/run/tmp");
  const findings = await play(JSON.parse(Deno.args[0] ?? "") as NodeRequest);
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(findings)));
  Deno.exit(0); // what a scenario that failed has left would keep this process waiting; the node ends with it
}
