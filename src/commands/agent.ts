/**
 * `natra agent`: the DaemonSet's process. It runs the tasks and serves the routes of its products, with what
 * src/agent has.
 */
import { AddressError, defaultAddress, type Routes, serve } from "../agent/http.ts";
import type { AgentContext, AgentPart, Product } from "../agent/product.ts";
import { StopSignals } from "../agent/stop.ts";
import { Progress, runTasks, type Task } from "../agent/tasks.ts";
import { LEVELS } from "../base/log/line.ts";
import { createLogger, type Logger } from "../base/log/log.ts";
import { quote } from "../base/log/quote.ts";
import { delay } from "../base/wait.ts";
import { LIBCNI_CACHE } from "../cni/libcni_cache.ts";
import { cniDirectories, DIRECTORIES } from "../cli/cni_directories.ts";
import type { Command } from "../cli/subcommand.ts";
import type { CommandOption, Options } from "../cli/options.ts";
import { UsageError } from "../cli/output.ts";
import { describeBuild } from "../cli/version.ts";
import { KubeClient } from "../kube/client.ts";
import { SharedInformers } from "../kube/informer.ts";
import { cluster } from "./agent_api.ts";
import type { Installation } from "./agent_install.ts";
import { metricsRoute } from "./metrics.ts";
import { chosenProducts, type House, productsOption } from "./products.ts";

/** How long tasks may take to end when the agent stops, so that it ends within a second. */
const PATIENCE_MS = 500;
const INFORMERS_RETRY_MS = 1000;

/** `natra agent` */
export function agentCommand(house: House): Command {
  return {
    ...HELP_TEXT,
    options: [...OPTIONS, listenOption(house), productsOption(house)],
    run: (options) => runAgent(options, house),
  };
}

function listenOption({ own }: House): CommandOption {
  const about = `the address of the HTTP server (${defaultAddress(own.port)}), or "off"`;
  return { name: "listen", value: "ADDRESS", about };
}

const OPTIONS: readonly CommandOption[] = [
  { name: "install", about: "keep natra installed on the node, as natra install does" },
  ...DIRECTORIES,
  {
    name: "daemonset",
    value: "NAMESPACE/NAME",
    about:
      "with --install: uninstall at the end if this DaemonSet was deleted (natra, in the agent's namespace)",
  },
  {
    name: "kubeconfig",
    value: "FILE",
    complete: "files",
    about: "how to reach the API server (the pod's service account; without either nothing is watched)",
  },
  { name: "node-name", value: "NAME", about: "this node's name in the cluster ($NODE_NAME)" },
  {
    name: "cni-cache",
    value: "DIR",
    complete: "files",
    about: `where libcni keeps its results (${LIBCNI_CACHE})`,
  },
  { name: "log-level", value: "LEVEL", complete: LEVELS, about: `${LEVELS.join(", ")} (info)` },
];

const HELP_TEXT = {
  usage: "[--install] [--products NAME,…] [--listen ADDRESS] [--kubeconfig FILE] [options]",
  about:
    `The DaemonSet's process, which runs until SIGTERM. At its start and every minute it removes what dead pods
and killed calls left behind. It widens sketches that have become too small. It watches this node's pods and
the namespaces through the Kubernetes API, and applies changes of their annotations. Pods are limited without
it, too. Logs JSON lines on stderr.`,
  notes: `/metrics is for Prometheus (natra metrics prints the same).
/healthz answers 200 while the process runs. /readyz answers 200 once all needed tasks work, else 503 with the
reasons.
Exit code 0 after SIGTERM or SIGINT.`,
} as const;

async function runAgent(options: Options, house: House): Promise<number> {
  const logger = openLogger(options);
  const address = options.string("listen") ?? defaultAddress(house.own.port);
  using stop = new StopSignals();
  const products = await chosenProducts(options, house);
  const found = await cluster(options);
  if (found === null) logger.info("no API server: annotations are read only when a pod starts");
  else logger.info("watching the API server", { server: found.server.url, node: found.node });
  using client = found === null
    ? null
    : new KubeClient(found.server, { userAgent: `natra/${describeBuild().version}` });
  const install = options.flag("install")
    ? await installationOf(options, products, client, house, logger)
    : null;
  const informers = client === null ? null : new SharedInformers(client, logger);
  const cniCache = options.string("cni-cache") ?? LIBCNI_CACHE;
  const context: AgentContext = {
    logger,
    cluster: found === null || client === null || informers === null
      ? null
      : { client, informers, node: found.node },
    cniCache,
  };
  const parts = await Promise.all(
    products.map((product) => product.agent?.(context) ?? NOTHING),
  );
  const tasks = [
    ...install?.tasks ?? [],
    ...informers === null ? [] : [informersTask(informers)],
    ...parts.flatMap(({ tasks }) => tasks),
  ];
  const routes = mergeRoutes([...parts.map(({ routes }) => routes), {
    "/metrics": metricsRoute(products, logger),
  }]);
  const progress = new Progress(tasks);
  const missing = (): readonly string[] => [...progress.missing, ...install?.missing() ?? []];
  await using http = address === "off" ? null : listen(routes, address, missing, logger);
  logger.info("agent runs", {
    pid: Deno.pid,
    listen: http?.address ?? null,
    tasks: tasks.map(({ name }) => name),
  });
  const ended = runTasks(tasks, progress, logger, stop.signal).then(() => true);
  if (!await Promise.race([ended, patience(stop.signal)])) logger.warn("tasks did not end in time");
  await install?.end();
  logger.info("agent ends");
  return 0;
}

/** Lists and watches for all products. It ends with the agent, because informers retry failed requests. */
function informersTask(informers: SharedInformers): Task {
  return {
    name: "watch the API server",
    everyMs: INFORMERS_RETRY_MS,
    isNeeded: false,
    run: (signal) => informers.run(signal),
  };
}

const NOTHING: AgentPart = { tasks: [], routes: {} };

/** @throws {Error} If two products answer one path. */
function mergeRoutes(all: readonly Routes[]): Routes {
  const merged = new Map<string, Routes[string]>();
  for (const [path, handler] of all.flatMap((routes) => Object.entries(routes))) {
    if (merged.has(path)) throw new Error(`Two products answer ${quote(path)}`);
    merged.set(path, handler);
  }
  return Object.fromEntries(merged);
}

function openLogger(options: Options): Logger {
  const given = options.string("log-level") ?? "info";
  const level = LEVELS.find((name) => name === given);
  if (level === undefined) {
    throw new UsageError(`Unknown log level ${quote(given)}: it must be one of ${LEVELS.join(", ")}`);
  }
  const logger = createLogger();
  logger.open({ level, file: null });
  return logger;
}

/**
 * Loads the install's modules only where they are needed.
 *
 * @throws {UsageError} If a DaemonSet cannot have that name.
 */
async function installationOf(
  options: Options,
  products: readonly Product[],
  client: KubeClient | null,
  house: House,
  logger: Logger,
): Promise<Installation> {
  const [{ installation }, { installTarget }, { defaultDaemonSet }] = await Promise.all([
    import("./agent_install.ts"),
    import("./install.ts"),
    import("../agent/own_daemonset.ts"),
  ]);
  const daemonSet = options.string("daemonset") ?? defaultDaemonSet(house.own.name);
  if (!/^[a-z0-9-]{1,63}\/[a-z0-9][a-z0-9.-]{0,252}$/.test(daemonSet)) {
    throw new UsageError(`Bad --daemonset ${quote(daemonSet)}: it must be NAMESPACE/NAME`);
  }
  const target = await installTarget(cniDirectories(options), products, house.products);
  return installation({ target, products, client, daemonSet, logger });
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

/** Resolves when the signal was aborted and the tasks have had PATIENCE_MS to end. */
async function patience(stop: AbortSignal): Promise<false> {
  if (!stop.aborted) await new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve()));
  await delay(PATIENCE_MS);
  return false;
}
