/** The agent's tasks that need the Kubernetes API: none where there is none. */
import { KubeClient } from "../kube/client.ts";
import { type ApiServer, inCluster, ServerConfigError } from "../kube/api_server.ts";
import type { Task } from "../agent/tasks.ts";
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { quote } from "../base/log/quote.ts";
import { LIBCNI_CACHE } from "../cni/libcni_cache.ts";
import { liveTasks } from "../natra/annotations/tasks.ts";
import type { Options } from "../cli/options.ts";
import { UsageError } from "../cli/output.ts";

/**
 * The tasks that follow this node's pods.
 *
 * @throws {UsageError} If there is an API server, but not all that is needed to use it.
 */
export async function apiTasks(options: Options, logger: Logger): Promise<readonly Task[]> {
  const server = await apiServer(options);
  if (server === null) {
    logger.info("no API server: annotations are read at each pod's start alone");
    return [];
  }
  const node = options.string("node-name") ?? Deno.env.get("NODE_NAME") ?? "";
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(node)) {
    throw new UsageError(
      `Bad node name ${quote(node)}: --node-name or NODE_NAME must give this node's in the cluster`,
    );
  }
  const cache = options.string("cni-cache") ?? LIBCNI_CACHE;
  logger.info("following the API server", { server: server.url, node });
  return liveTasks({ client: new KubeClient(server), node, cache, logger });
}

/** The API server that the agent is told of, or is beside. @throws {UsageError} If it cannot be used. */
export async function apiServer(options: Options): Promise<ApiServer | null> {
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
