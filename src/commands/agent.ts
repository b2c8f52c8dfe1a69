/** `natra agent`: the DaemonSet's process. What it does is in the lists of its tasks and routes; src/agent knows how. */
import type { ApiServer } from "../kube/api_server.ts";
import { pause } from "../base/wait.ts";
import { AddressError, DEFAULT_ADDRESS, type Routes, serve } from "../agent/http.ts";
import { StopSignals } from "../agent/stop.ts";
import { Progress, runTasks, type Task } from "../agent/tasks.ts";
import { LEVELS } from "../base/log/line.ts";
import { createLogger, type Logger } from "../base/log/log.ts";
import { quote } from "../base/log/quote.ts";
import { LIBCNI_CACHE } from "../cni/libcni_cache.ts";
import { apiServer, apiTasks } from "./agent_api.ts";
import type { Installation } from "./agent_install.ts";
import { growTask } from "../natra/agent/grow.ts";
import { reconcileTask } from "../natra/agent/reconcile.ts";
import { webRoutes } from "../natra/agent/routes.ts";
import { cniDirectories, DIRECTORIES } from "../cli/cni_directories.ts";
import type { Command } from "../cli/subcommand.ts";
import type { Options } from "../cli/options.ts";
import { UsageError } from "../cli/output.ts";

/** How long, in milliseconds, tasks may take to end once the agent was told to stop: it ends within a second. */
const PATIENCE_MS = 500;

/** `natra agent` */
export const command: Command = {
  usage: "[--install] [--listen ADDRESS] [--kubeconfig FILE] [options]",
  about:
    `Runs until it gets SIGTERM, as the DaemonSet's process: removes what dead pods and killed calls left behind, at its
start and every minute; widens sketches that have become too small; follows this node's pods and the namespaces through the Kubernetes API, and applies what their
annotations say now. Pods are limited without it, too. Logs JSON lines on stderr.`,
  options: [
    { name: "install", about: "keep natra installed on the node, as natra install does" },
    ...DIRECTORIES,
    {
      name: "daemonset",
      value: "NAMESPACE/NAME",
      about:
        "with --install: uninstall when it is told to stop because this is gone (natra, in its own namespace)",
    },
    { name: "listen", value: "ADDRESS", about: `serve HTTP there (${DEFAULT_ADDRESS}), or "off"` },
    {
      name: "kubeconfig",
      value: "FILE",
      complete: "files",
      about: "how to reach the API server (the pod's service account; without one nothing is followed)",
    },
    { name: "node-name", value: "NAME", about: "this node's name in the cluster ($NODE_NAME)" },
    {
      name: "cni-cache",
      value: "DIR",
      complete: "files",
      about: `where libcni keeps its results (${LIBCNI_CACHE})`,
    },
    { name: "log-level", value: "LEVEL", complete: LEVELS, about: `${LEVELS.join(", ")} (info)` },
  ],
  notes: `/metrics is for Prometheus (natra metrics prints the same).
/healthz answers 200 while it runs, /readyz 200 once it does all that it is there for, else 503 with the reasons.
Exit code 0 when told to stop.`,
  run: runAgent,
};

async function runAgent(options: Options): Promise<number> {
  const logger = openLogger(options);
  const address = options.string("listen") ?? DEFAULT_ADDRESS;
  using stop = new StopSignals();
  const install = options.flag("install")
    ? await installationOf(options, await apiServer(options), logger)
    : null;
  const tasks: readonly Task[] = [
    ...install?.tasks ?? [],
    reconcileTask(logger),
    growTask(logger),
    ...await apiTasks(options, logger),
  ];
  const routes: Routes = webRoutes(logger);
  const progress = new Progress(tasks);
  const missing = (): readonly string[] => [...progress.missing, ...install?.missing() ?? []];
  await using server = address === "off" ? null : listen(routes, address, missing, logger);
  logger.info("agent runs", {
    pid: Deno.pid,
    listen: server?.address ?? null,
    tasks: tasks.map(({ name }) => name),
  });
  const ended = runTasks(tasks, progress, logger, stop.signal).then(() => true);
  if (!await Promise.race([ended, patience(stop.signal)])) logger.warn("tasks did not end in time");
  await install?.end();
  logger.info("agent ends");
  return 0;
}

function openLogger(options: Options): Logger {
  const given = options.string("log-level") ?? "info";
  const level = LEVELS.find((name) => name === given);
  if (level === undefined) {
    throw new UsageError(`Unknown log level ${quote(given)}: it is one of ${LEVELS.join(", ")}`);
  }
  const logger = createLogger();
  logger.open({ level, file: null });
  return logger;
}

/** Loaded only where it is wanted. @throws {UsageError} If the DaemonSet cannot be called that. */
async function installationOf(
  options: Options,
  server: ApiServer | null,
  logger: Logger,
): Promise<Installation> {
  const [{ installation }, { defaultDaemonSet }] = await Promise.all([
    import("./agent_install.ts"),
    import("../agent/own_daemonset.ts"),
  ]);
  const daemonSet = options.string("daemonset") ?? defaultDaemonSet();
  if (!/^[a-z0-9-]{1,63}\/[a-z0-9][a-z0-9.-]{0,252}$/.test(daemonSet)) {
    throw new UsageError(`Bad --daemonset ${quote(daemonSet)}: it is NAMESPACE/NAME`);
  }
  return installation({ directories: cniDirectories(options), server, daemonSet, logger });
}

function listen(
  routes: Routes,
  address: string,
  missing: () => readonly string[],
  logger: Logger,
): AsyncDisposable & { address: string } {
  try {
    return serve(routes, { address, missing, logger });
  } catch (error) {
    throw error instanceof AddressError ? new UsageError(error.message) : error;
  }
}

/** Over when the agent was told to stop and has given its tasks time for it. */
async function patience(stop: AbortSignal): Promise<false> {
  if (!stop.aborted) await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
  await pause(PATIENCE_MS, new AbortController().signal);
  return false;
}
