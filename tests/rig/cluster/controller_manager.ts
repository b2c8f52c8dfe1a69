/**
 * A real kube-controller-manager: what makes ReplicaSets of Deployments, pods of those, EndpointSlices, and
 * collects garbage.
 */
import { Daemon } from "../clients/daemon.ts";
import type { ApiServer } from "./api_server.ts";

const PORT = 10257;
const KUBECONFIG = "/run/api/controller-manager.json";
const LOG = "/var/log/controller-manager.log";

/** What pona's and patronus' objects need. */
const CONTROLLERS = [
  "deployment-controller",
  "replicaset-controller",
  "daemonset-controller",
  "disruption-controller",
  "endpointslice-controller",
  "garbage-collector-controller",
  "namespace-controller",
];

/** Starts one. Disposing of it kills it. */
export async function startControllerManager(
  program: string,
  api: ApiServer,
  controllers: readonly string[] = CONTROLLERS,
): Promise<Daemon> {
  await api.writeKubeconfig(KUBECONFIG);
  const { cert, key } = api.certificates;
  const flags = [
    `--kubeconfig=${KUBECONFIG}`,
    `--controllers=${controllers.join()}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${PORT}`,
    `--tls-cert-file=${cert}`,
    `--tls-private-key-file=${key}`,
    "--leader-elect=false",
    "--use-service-account-credentials=false",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
  ];
  return await Daemon.start([program, ...flags], LOG, async () => {
    try {
      const response = await fetch(`https://127.0.0.1:${PORT}/healthz`, { client: api.client });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false; // it does not listen yet
    }
  });
}
