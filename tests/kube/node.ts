/** What runs on a node of its own: a request as JSON in, the findings as JSON out. */
import { find, type Finding, tell } from "../rig/clients/findings.ts";
import { ApiServer, type Programs } from "../rig/cluster/api_server.ts";
import { startControllerManager } from "../rig/cluster/controller_manager.ts";
import { recordingLogger } from "../rig/recording_logger.ts";
import { CLIENT_SCENARIOS } from "./client_scenarios.ts";
import { CLUSTER_SCENARIOS } from "./cluster_scenarios.ts";
import { INFORMER_SCENARIOS } from "./informer_scenarios.ts";
import { LEASE_SCENARIOS } from "./lease_scenarios.ts";
import { defineWidgets, type Stage } from "./stage.ts";

const PATIENCE_MS = 120_000;

/** What is wanted of a node. */
export interface NodeRequest extends Programs {
  readonly controllerManager: string;
}

async function play(request: NodeRequest): Promise<Finding[]> {
  await using api = await ApiServer.start(request);
  const { logger, lines } = recordingLogger();
  using client = api.kubeClient("admin");
  const { signal } = new AbortController();
  const stage: Stage = { api, client, logger, lines, signal };
  await defineWidgets(client, signal); // before the garbage collector looks which kinds there are
  await using _manager = await startControllerManager(request.controllerManager, api);
  const scenarios = [...CLIENT_SCENARIOS, ...CLUSTER_SCENARIOS, ...LEASE_SCENARIOS, ...INFORMER_SCENARIOS];
  const findings: Finding[] = [];
  for (const { name, run } of scenarios) {
    const finding = await find(name, () => orTimeout(run(stage)));
    findings.push(finding);
    tell("kube", finding);
  }
  return findings;
}

/** A scenario that hangs must not keep the others from being played. */
async function orTimeout(run: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("it did not end")), PATIENCE_MS);
  try {
    await Promise.race([run, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

if (import.meta.main) {
  Deno.env.set("TMPDIR", "/run/tmp");
  const findings = await play(JSON.parse(Deno.args[0] ?? "") as NodeRequest);
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(findings)));
  Deno.exit(0); // what a scenario that failed has left would keep this process waiting; the node ends with it
}
