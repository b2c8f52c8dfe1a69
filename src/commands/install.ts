import { Installer, type InstallState, type Target } from "../install/install.ts";
import { keepInstalled } from "../install/watch_loop.ts";
import { createLogger } from "../base/log/log.ts";
import type { Product } from "../agent/product.ts";
import { StopSignals } from "../agent/stop.ts";
import { delay } from "../base/wait.ts";
import {
  chainedPlugins,
  chosenProducts,
  type House,
  pluginTypes,
  type Products,
  productsOption,
} from "./products.ts";
import { type CniDirectories, cniDirectories, DIRECTORIES } from "../cli/cni_directories.ts";
import type { Command } from "../cli/subcommand.ts";
import { type CommandOption, type Options, OUTPUT, outputFormat } from "../cli/options.ts";
import { print, printJson } from "../cli/output.ts";
import { describeBuild } from "../cli/version.ts";

/** `natra install` */
export function installCommand(house: House): Command {
  return {
    ...HELP_TEXT,
    options: [...OPTIONS, productsOption(house)],
    run: (options) => install(options, house),
  };
}

const OPTIONS: readonly CommandOption[] = [
  ...DIRECTORIES,
  { name: "once", about: "install once, verify the result, and exit" },
  OUTPUT,
];

const HELP_TEXT = {
  usage: "[--bin-dir PATH] [--conf-dir PATH] [--once] [--products NAME,…] [-o json|table]",
  about: `Copies this executable to where the container runtime looks for plugins, and writes a list that the
runtime prefers to the main CNI plugin's: the same list with natra added, in place of the bandwidth plugin if
there is one. The original is never changed. Keeps running, and repeats this whenever the original changes;
the log goes to stderr.`,
  notes:
    `k3s:       --bin-dir /var/lib/rancher/k3s/data/cni --conf-dir /var/lib/rancher/k3s/agent/etc/cni/net.d
microk8s:  --bin-dir …/opt/cni/bin --conf-dir …/args/cni-network, where … is the target of the link
           /var/snap/microk8s/current
GKE:       --bin-dir /home/kubernetes/bin
OpenShift: --bin-dir /var/lib/cni/bin --conf-dir /run/multus/cni/net.d

Exit code 1 if natra is not ready afterwards; stderr gives the reason.`,
} as const;

/** How often --once retries while a list is missing or half-written, and the pause in between. */
const ATTEMPTS = 10;
const PAUSE_MS = 300;

async function install(options: Options, house: House): Promise<number> {
  const format = outputFormat(options);
  const target = await installTarget(
    cniDirectories(options),
    await chosenProducts(options, house),
    house.products,
  );
  if (options.flag("once")) return await installOnce(target, format);
  const logger = createLogger();
  logger.open({ level: "info", file: null });
  using stop = new StopSignals();
  let isReady = false;
  await keepInstalled(target, {
    signal: stop.signal,
    logger,
    onState: (state) => {
      if (state.isReady !== isReady || state.changes.length > 0) report(state, format);
      isReady = state.isReady;
    },
  });
  return 0;
}

/**
 * This executable, as what to install.
 *
 * @throws {Error} If natra runs from source.
 */
export async function installTarget(
  directories: CniDirectories,
  chosen: readonly Product[],
  products: Products,
): Promise<Target> {
  const version = describeBuild();
  if (version.version === "source") {
    throw new Error("Cannot install natra from source: build the executable with deno task build");
  }
  return {
    ...directories,
    executable: Deno.execPath(),
    version: { ...version },
    plugins: chainedPlugins(chosen),
    types: await pluginTypes(products),
  };
}

async function installOnce(target: Target, format: "json" | "table"): Promise<number> {
  const installer = new Installer(target);
  let state = await installer.pass({ graceElapsed: false, rewriteRenamed: true });
  const changes = [...state.changes];
  for (let attempt = 1; state.isPassing && attempt <= ATTEMPTS; attempt++) {
    await delay(PAUSE_MS);
    state = await installer.pass({ graceElapsed: attempt === ATTEMPTS, rewriteRenamed: true });
    changes.push(...state.changes);
  }
  report({ ...state, changes }, format);
  if (state.isReady) return 0;
  throw new Error(`Not ready: ${state.problem}`);
}

function report(state: InstallState, format: "json" | "table"): void {
  if (format === "json") return printJson(state);
  for (const change of state.changes) print(change);
  if (state.isReady) print(`Ready: the next pod is added by "${state.list}".`);
}
