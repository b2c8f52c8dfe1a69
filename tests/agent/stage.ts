/** What the agent's scenarios have, and what they do again and again. */
import type { CnitoolRuntime } from "../rig/clients/cnitool_runtime.ts";
import type { RunningPod } from "../rig/clients/runtime.ts";
import { outcomeOf } from "../rig/run.ts";
import { Agent, until } from "./agent.ts";
import type { ApiServer } from "../rig/cluster/api_server.ts";
import { ACCOUNT_NAME, ACCOUNT_NAMESPACE } from "./rights.ts";

/** What a scenario has. */
export interface Stage {
  readonly api: ApiServer;
  readonly runtime: CnitoolRuntime;
  /** Path of the executable under test. */
  readonly natra: string;
  /** Where a pod of the DaemonSet finds its service account. */
  readonly account: string;
}

export const NODE = "node-1";
export const INGRESS = "kubernetes.io/ingress-bandwidth";
export const NATRA_INGRESS = "natra.io/ingress-bandwidth";
export const EGRESS = "natra.io/egress-bandwidth";
export const LISTED = "listed";

let tokens = 0;

/** Writes a new token of the service account where the agent reads it. The earlier one goes on being good. */
export async function writeToken({ api, account }: Stage): Promise<void> {
  const token = await api.token(ACCOUNT_NAMESPACE, ACCOUNT_NAME, `token-${++tokens}`);
  await Deno.writeTextFile(`${account}/token`, token);
  await Deno.copyFile(api.certificates.ca, `${account}/ca.crt`);
}

/** Writes a new token, and ends the earlier one. */
export async function rotateToken(stage: Stage): Promise<void> {
  const secrets = `/api/v1/namespaces/${ACCOUNT_NAMESPACE}/secrets`;
  const earlier = `token-${tokens}`;
  await writeToken(stage);
  await stage.api.ask("DELETE", `${secrets}/${earlier}`);
}

/** Starts the agent as the DaemonSet does. */
export async function startAgent(stage: Stage, port = 6443): Promise<Agent> {
  await writeToken(stage);
  const env = {
    NODE_NAME: NODE,
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(port),
  };
  return await Agent.start(stage.natra, [], env);
}

/** What the node's tool says of a pod: bits per second of each direction that has a limit. */
export async function ratesOf({ natra }: Stage, pod: string): Promise<Record<string, number>> {
  const { stdout } = await outcomeOf([natra, "status", "-o", "json", `default/${pod}`]);
  const answer = JSON.parse(stdout) as { pods?: unknown } | readonly unknown[];
  const rows =
    (Array.isArray(answer) ? answer : Object.values(answer).find(Array.isArray) ?? []) as readonly {
      direction: string;
      rate: number;
    }[];
  return Object.fromEntries(rows.map(({ direction, rate }) => [direction, rate]));
}

/** Waits until a pod is held to this, and to nothing else. */
export async function untilHeld(
  stage: Stage,
  agent: Agent,
  pod: string,
  wanted: Record<string, number>,
): Promise<void> {
  await until(`see "${pod}" held to ${JSON.stringify(wanted)}`, async () => {
    const rates = await ratesOf(stage, pod);
    const names = new Set([...Object.keys(rates), ...Object.keys(wanted)]);
    return [...names].every((name) => rates[name] === wanted[name]) ? true : null;
  }, agent);
}

/** Makes a pod that the API server knows and that is added by libcni, with the annotations of its start. */
export async function startPod(
  { api, runtime }: Stage,
  name: string,
  annotations: Record<string, string>,
): Promise<RunningPod> {
  await api.createPod(name, NODE, annotations);
  return await runtime.run({ name, annotations });
}

/** Its warnings, as kubectl describe shows them. */
export async function eventsOf(api: ApiServer, kind: string, name: string): Promise<string[]> {
  const selector = `fieldSelector=involvedObject.kind=${kind},involvedObject.name=${name}`;
  const { items } = await api.ask<{ items: { type: string; reason: string; message: string }[] }>(
    "GET",
    `/api/v1/events?${selector}`,
  );
  return items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

export async function untilEvents(
  api: ApiServer,
  kind: string,
  name: string,
  count: number,
): Promise<string[]> {
  return await until(`see ${count} events of ${kind} ${name}`, async () => {
    const events = await eventsOf(api, kind, name);
    return events.length >= count ? events : null;
  });
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

export async function count(agent: Agent, message: string): Promise<number> {
  return (await agent.log()).filter(({ msg }) => msg === message).length;
}
