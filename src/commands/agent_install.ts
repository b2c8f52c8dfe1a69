/** The agent's task that keeps its products installed on the node, and what it does at its end. */
import type { KubeClient } from "../kube/client.ts";
import type { Task } from "../agent/tasks.ts";
import type { Product } from "../agent/product.ts";
import type { InstallState, Target } from "../install/install.ts";
import { keepInstalled } from "../install/watch_loop.ts";
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { OwnDaemonSet } from "../agent/own_daemonset.ts";
import type { CniDirectories } from "../cli/cni_directories.ts";
import { uninstallNode } from "./uninstall.ts";

/** Between two runs. A run ends only after an unexpected error, or when the agent stops. */
const EVERY_MS = 1000;

/** What to install, and whose removal ends it. */
export interface InstallationOptions {
  readonly target: Target;
  readonly products: readonly Product[];
  /** null: there is no API server, and the products stay installed when the agent ends. */
  readonly client: KubeClient | null;
  /** `namespace/name` of the DaemonSet whose removal uninstalls the products. */
  readonly daemonSet: string;
  readonly logger: Logger;
}

/** An install that the agent maintains. */
export interface Installation {
  readonly tasks: readonly Task[];
  /** Why the next pod would not be added with the products, one reason per line; empty if it would. */
  missing(): readonly string[];
  /**
   * Call it after the tasks have ended: it uninstalls if the DaemonSet is being removed, else changes
   * nothing.
   */
  end(): Promise<void>;
}

/** `natra install` while the agent runs, and perhaps `natra uninstall --keep-stub` after it. */
export function installation(
  { target, products, client, daemonSet, logger }: InstallationOptions,
): Installation {
  const own = client === null ? null : new OwnDaemonSet(client, daemonSet, logger);
  let last: InstallState | null = null;
  const task: Task = {
    name: "install",
    everyMs: EVERY_MS,
    isNeeded: false, // a run does not end while all is well: missing() reports instead
    run: (signal) => keepInstalled(target, { signal, logger, onState: (state) => last = state }),
  };
  return {
    tasks: own === null ? [task] : [task, own.task],
    missing: () => last?.isReady ? [] : [`install: ${last?.problem ?? "has not run yet"}`],
    end: async () => {
      const { isRemoved, why } = await own?.wasRemoved() ??
        { isRemoved: false, why: "there is no API server" };
      logger.info(isRemoved ? "uninstalling" : "natra stays installed", { why });
      if (isRemoved) await uninstall(products, target, logger);
    },
  };
}

async function uninstall(
  products: readonly Product[],
  directories: CniDirectories,
  logger: Logger,
): Promise<void> {
  try {
    const failures = await uninstallNode(
      products,
      directories,
      true,
      (change) => logger.info("uninstalling", { change }),
    );
    for (const failure of failures) logger.warn("cannot uninstall completely", { failure });
  } catch (error) {
    logger.error("cannot uninstall", { error: describeError(error) });
  }
}
