/** How the agent reaches the Kubernetes API. */
import { type ApiServer, inCluster, ServerConfigError } from "../kube/api_server.ts";
import { describeError } from "../base/log/describe.ts";
import { quote } from "../base/log/quote.ts";
import type { Options } from "../cli/options.ts";
import { UsageError } from "../cli/output.ts";

/**
 * The API server, and this node's name there.
 *
 * @returns null where there is no API server.
 * @throws {UsageError} If there is one, but something that is needed to use it is missing.
 */
export async function cluster(options: Options): Promise<{ server: ApiServer; node: string } | null> {
  const server = await apiServer(options);
  if (server === null) return null;
  const node = options.string("node-name") ?? Deno.env.get("NODE_NAME") ?? "";
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(node)) {
    throw new UsageError(
      `Bad node name ${quote(node)}: --node-name or NODE_NAME must give this node's name in the cluster`,
    );
  }
  return { server, node };
}

/**
 * The API server that `--kubeconfig` names, else that of the pod's cluster.
 *
 * @throws {UsageError} If it cannot be used.
 */
async function apiServer(options: Options): Promise<ApiServer | null> {
  const path = options.string("kubeconfig");
  try {
    if (path === undefined) return inCluster();
    const { fromKubeconfig } = await import("../kube/kubeconfig.ts");
    return fromKubeconfig(path);
  } catch (error) {
    if (!(error instanceof ServerConfigError)) throw error;
    const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
    throw new UsageError(error.message + cause);
  }
}
