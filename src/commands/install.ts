import { Installer, type InstallState, type Target } from "../install/install.ts";
import { keepInstalled } from "../install/watch_loop.ts";
import { createLogger } from "../base/log/log.ts";
import { CHAINED_PLUGIN } from "../natra/chained_plugin.ts";
import { type CniDirectories, cniDirectories, DIRECTORIES } from "../cli/cni_directories.ts";
import type { Command } from "../cli/subcommand.ts";
import { type Options, OUTPUT, outputFormat } from "../cli/options.ts";
import { print, printJson } from "../cli/output.ts";
import { describeBuild } from "../cli/version.ts";

/** `natra install` */
export const command: Command = {
  usage: "[--bin-dir PATH] [--conf-dir PATH] [--once] [-o json|table]",
  about:
    `Copies this executable to where the container runtime looks for plugins, and writes a list that stands before the
main CNI plugin's: the same, with natra in it, in the place of the bandwidth plugin if that is there. The
original is never touched. Stays, and does it again whenever the original changes; the log goes to stderr.`,
  options: [
    ...DIRECTORIES,
    { name: "once", about: "do it once, verify it, and end" },
    OUTPUT,
  ],
  notes:
    `k3s:       --bin-dir /var/lib/rancher/k3s/data/cni --conf-dir /var/lib/rancher/k3s/agent/etc/cni/net.d
microk8s:  --bin-dir …/opt/cni/bin --conf-dir …/args/cni-network in the directory that /var/snap/microk8s/current leads to
GKE:       --bin-dir /home/kubernetes/bin
OpenShift: --bin-dir /var/lib/cni/bin --conf-dir /run/multus/cni/net.d

Exit code 1 if natra is not ready afterwards: stderr says why.`,
  run: install,
};

/** How often a list that is missing or half-written is looked at again with --once, and milliseconds in between. */
const ATTEMPTS = 10;
const PAUSE_MS = 300;

async function install(options: Options): Promise<number> {
  const format = outputFormat(options);
  const target = installTarget(cniDirectories(options));
  if (options.flag("once")) return await installOnce(target, format);
  const logger = createLogger();
  logger.open({ level: "info", file: null });
  const end = new AbortController();
  const onSignal = (): void => end.abort();
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, onSignal);
  let isReady = false;
  await keepInstalled(target, {
    signal: end.signal,
    logger,
    onState: (state) => {
      if (state.isReady !== isReady || state.changes.length > 0) tell(state, format);
      isReady = state.isReady;
    },
  });
  return 0;
}

/**
 * This executable, to be installed.
 *
 * @throws {Error} If natra is run from source.
 */
export function installTarget(directories: CniDirectories): Target {
  const version = describeBuild();
  if (version.version === "source") {
    throw new Error("Cannot install natra from source: deno task build makes the executable that can");
  }
  return { ...directories, executable: Deno.execPath(), version: { ...version }, plugin: CHAINED_PLUGIN };
}

async function installOnce(target: Target, format: "json" | "table"): Promise<number> {
  const installer = new Installer(target);
  let state = await installer.pass({ isSure: false, insists: true });
  const changes = [...state.changes];
  for (let attempt = 1; state.isPassing && attempt <= ATTEMPTS; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    state = await installer.pass({ isSure: attempt === ATTEMPTS, insists: true });
    changes.push(...state.changes);
  }
  tell({ ...state, changes }, format);
  if (state.isReady) return 0;
  throw new Error(`Not ready: ${state.problem}`);
}

function tell(state: InstallState, format: "json" | "table"): void {
  if (format === "json") return printJson(state);
  for (const change of state.changes) print(change);
  if (state.isReady) print(`Ready: the next pod is added by "${state.list}".`);
}
