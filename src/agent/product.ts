/** What shared code knows about a product: data and functions. */
import type { Logger } from "../base/log/log.ts";
import type { Entry } from "../cli/subcommand.ts";
import type { ChainedPlugin } from "../install/render.ts";
import type { KubeClient } from "../kube/client.ts";
import type { SharedInformers } from "../kube/informer.ts";
import type { Family } from "../metrics/exposition.ts";
import type { Allotment } from "../registry/allotment.ts";
import type { Routes } from "./http.ts";
import type { Task } from "./tasks.ts";

/** A product of this executable. It leaves out what it does not have. */
export interface Product {
  /** As `--products` and `natra NAME …` spell it. */
  readonly name: string;
  /** What it is for, in one line. */
  readonly summary: string;
  /** Its CNI type, which is the file name of its executable in the plugins' directory. */
  readonly type: string;
  /** The TCP port on which its agent listens by default. */
  readonly port: number;
  /** The names and numbers that it owns on a node. */
  readonly allotment: Allotment;
  /** Its entry in the node's CNI list, after the main plugin. */
  readonly chained?: ChainedPlugin;
  /** Its own subcommands, in addition to the shared ones. */
  readonly commands?: Readonly<Record<string, Entry>>;
  /** What it does in the agent. */
  agent?(context: AgentContext): AgentPart | Promise<AgentPart>;
  /**
   * Reads its metrics.
   *
   * @param onFailure Called for each thing that cannot be read; the others are returned all the same.
   */
  metrics?(onFailure: MetricsFailure): Promise<readonly Family[]>;
  /** Names of the pods that it holds on this node, for completion. */
  podNames?(): Iterable<string> | Promise<Iterable<string>>;
  /**
   * Releases every pod and removes what the product keeps on the node, after runtimes have stopped adding
   * pods with it.
   *
   * @param report Called with a line for each thing that was done.
   * @returns What could not be removed, in words.
   */
  uninstall?(report: (line: string) => void): Promise<string[]>;
}

/** Called for each thing whose metrics cannot be read. @param what Its name, for example a pod's. */
export type MetricsFailure = (what: string, error: unknown) => void;

/** What the agent gives each product. */
export interface AgentContext {
  readonly logger: Logger;
  /** The Kubernetes API; null where there is none. */
  readonly cluster: Cluster | null;
  /** Where libcni keeps its results. */
  readonly cniCache: string;
}

/** The Kubernetes API of the agent. */
export interface Cluster {
  readonly client: KubeClient;
  /**
   * The informers of all products, which the agent runs: products that watch the same objects share a watch.
   */
  readonly informers: SharedInformers;
  /** This node's name. */
  readonly node: string;
}

/** A product's part in the agent. */
export interface AgentPart {
  readonly tasks: readonly Task[];
  /** Its pages and API; a path belongs to one product. */
  readonly routes: Routes;
}
