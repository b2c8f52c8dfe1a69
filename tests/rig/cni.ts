/** Calling a chained CNI plugin as a runtime on the pod's node does. */
import { type Pod, POD_INTERFACE } from "./pod.ts";
import type { Outcome } from "./run.ts";

/** CNI_COMMAND. */
export type CniCommand = "ADD" | "DEL" | "CHECK" | "GC" | "STATUS" | "VERSION";
/** Any JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a call may say otherwise than a runtime would for this pod. */
export interface CniCall {
  /** The plugin's network configuration; prevResult is added to it. */
  readonly conf: JsonObject;
  /** Default: the pod's own. */
  readonly containerId?: string;
  /** Path of the network namespace; default: the pod's. */
  readonly netns?: string;
  /** Default: eth0. */
  readonly ifname?: string;
  /** CNI_ARGS; default: none. */
  readonly args?: string;
  /** Default: the pod's; null: none at all. */
  readonly prevResult?: JsonObject | null;
  /** A program that runs the plugin, with its own arguments: to measure what it costs. */
  readonly under?: readonly string[];
  /** Call it even after the process was told to stop: only for cleaning up. */
  readonly cleanup?: boolean;
}

/** How a plugin ended, and what it said. */
export interface CniOutcome extends Outcome {
  /** Its standard output as JSON; null if it is none. */
  readonly result: unknown;
}

/**
 * Calls a CNI plugin in the pod's node: environment and stdin, nothing else.
 *
 * @param pod whose node
 * @param binary path of the plugin
 * @param command the verb
 * @param call the rest
 * @returns how it ended; a failing plugin is an outcome, not an error
 */
export async function callCni(
  pod: Pod,
  binary: string,
  command: CniCommand,
  call: CniCall,
): Promise<CniOutcome> {
  const prevResult = call.prevResult === undefined ? pod.prevResult : call.prevResult;
  const conf = prevResult === null ? call.conf : { ...call.conf, prevResult };
  const outcome = await pod.node.outcomeOf([...call.under ?? [], binary], {
    stdin: JSON.stringify(conf),
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      CNI_COMMAND: command,
      CNI_CONTAINERID: call.containerId ?? pod.containerId,
      CNI_NETNS: call.netns ?? pod.pod.path,
      CNI_IFNAME: call.ifname ?? POD_INTERFACE,
      CNI_ARGS: call.args ?? "",
      CNI_PATH: binary.slice(0, binary.lastIndexOf("/")),
    },
    cleanup: call.cleanup ?? false,
  });
  return { ...outcome, result: parseOrNull(outcome.stdout) };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
