/** The agent's task that keeps its products installed on the node, and what it does at its end. */
import type { ApiServer } from "../kube/api_server.ts";
import type { Task } from "../agent/tasks.ts";
import type { Product } from "../agent/product.ts";
import type { InstallState, Target } from "../install/install.ts";
import { keepInstalled } from "../install/watch_loop.ts";
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { OwnDaemonSet } from "../agent/own_daemonset.ts";
import type { CniDirectories } from "../cli/cni_directories.ts";
import { uninstallNode } from "./uninstall.ts";

/**
 * Between the end of one run and the next: a run ends only when something is very wrong, or all is to end.
 */
const EVERY_MS = 1000;

/** What an agent that installs is told. */
export interface InstallationOptions {
  readonly target: Target;
  readonly products: readonly Product[];
  /** null: there is none, and the products stay installed when the agent ends. */
  readonly server: ApiServer | null;
  /** `namespace/name` of the DaemonSet whose removal is the products'. */
  readonly daemonSet: string;
  readonly logger: Logger;
}

/** An install that the agent keeps. */
export interface Installation {
  readonly tasks: readonly Task[];
  /** Why the next pod would not be added with the products, in lines; empty: it is. */
  missing(): readonly string[];
  /** Once the tasks have ended: uninstalls if the DaemonSet is being removed, else leaves all as it is. */
  end(): Promise<void>;
}

/** `natra install`, as long as the agent runs, and perhaps `natra uninstall --keep-stub` behind it. */
export function installation(
  { target, products, server, daemonSet, logger }: InstallationOptions,
): Installation {
  const own = server === null ? null : new OwnDaemonSet(server, daemonSet, logger);
  let last: InstallState | null = null;
  const task: Task = {
    name: "install",
    everyMs: EVERY_MS,
    isNeeded: false, // a run does not end while all is well: what is missing is asked for
    run: (signal) => keepInstalled(target, { signal, logger, onState: (state) => last = state }),
  };
  return {
    tasks: own === null ? [task] : [task, own.task],
    missing: () => last?.isReady ? [] : [`install: ${last?.problem ?? "has not run yet"}`],
    end: async () => {
      using daemonSet = own;
      const { isRemoved, why } = await daemonSet?.wasRemoved() ??
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
