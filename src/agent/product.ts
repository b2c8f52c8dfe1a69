/** What shared code knows of a product: data, and functions that it is handed. */
import type { Logger } from "../base/log/log.ts";
import type { Entry } from "../cli/subcommand.ts";
import type { ChainedPlugin } from "../install/render.ts";
import type { KubeClient } from "../kube/client.ts";
import type { SharedInformers } from "../kube/informer.ts";
import type { Family } from "../metrics/exposition.ts";
import type { Allotment } from "../registry/allotment.ts";
import type { Routes } from "./http.ts";
import type { Task } from "./tasks.ts";

/** A product of this executable. What it does not have, it leaves out. */
export interface Product {
  /** As `--products` and `natra NAME …` spell it. */
  readonly name: string;
  /** What it is for, in a line. */
  readonly summary: string;
  /** Its CNI type, which is the file name of its executable in the plugins' directory. */
  readonly type: string;
  /** The TCP port on which its agent listens unless told otherwise. */
  readonly port: number;
  /** The names and numbers that it owns on a node. */
  readonly allotment: Allotment;
  /** Its entry in the node's CNI list, behind the main plugin. */
  readonly chained?: ChainedPlugin;
  /** Its own subcommands, beside the house's. */
  readonly commands?: Readonly<Record<string, Entry>>;
  /** What it does in the agent. */
  agent?(context: AgentContext): AgentPart | Promise<AgentPart>;
  /**
   * Reads its metrics.
   *
   * @param onFailure Told of each thing that cannot be read; the others are there all the same.
   */
  metrics?(onFailure: MetricsFailure): Promise<readonly Family[]>;
  /** Names of the pods that it holds on this node, for completion. */
  podNames?(): Iterable<string> | Promise<Iterable<string>>;
  /**
   * Releases every pod and removes what it keeps on the node, once no runtime adds pods by it any more.
   *
   * @param report Told what was done, a line each.
   * @returns What could not be removed, in words.
   */
  uninstall?(report: (line: string) => void): Promise<string[]>;
}

/** Told that the metrics of one thing cannot be read. @param what Fields that name it, for the log. */
export type MetricsFailure = (what: Readonly<Record<string, unknown>>, error: unknown) => void;

/** What the agent gives each product. */
export interface AgentContext {
  readonly logger: Logger;
  /** The Kubernetes API; null where there is none. */
  readonly cluster: Cluster | null;
  /** Where libcni keeps its results. */
  readonly cniCache: string;
}

/** The Kubernetes API, as the agent reaches it. */
export interface Cluster {
  readonly client: KubeClient;
  /** Those of all products, which the agent runs: products that follow the same objects share a watch. */
  readonly informers: SharedInformers;
  /** This node's name. */
  readonly node: string;
}

/** A product's part in the agent. */
export interface AgentPart {
  readonly tasks: readonly Task[];
  /** Its pages and answers; a path belongs to one product. */
  readonly routes: Routes;
}
