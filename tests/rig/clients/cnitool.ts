/** One call of the node's list by libcni's own client. */
import type { Namespace } from "../namespace.ts";
import { outcomeOf, RigError } from "../run.ts";
import { BIN_DIRECTORY, CONF_DIRECTORY, NETWORK } from "./network.ts";

/** What a runtime tells the plugins of a pod. */
export interface CniPod {
  /** CNI_ARGS, for example K8S_POD_NAME. */
  readonly args: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Calls the list that writeList() wrote.
 *
 * @param cnitool path of its executable
 * @returns what ADD answers
 * @throws {RigError} if the call fails
 */
export async function callCnitool(
  cnitool: string,
  verb: "add" | "del",
  namespace: Namespace,
  { args, annotations }: CniPod,
): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf([cnitool, verb, NETWORK, namespace.path], {
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      NETCONFPATH: CONF_DIRECTORY,
      CNI_PATH: BIN_DIRECTORY,
      CAP_ARGS: JSON.stringify({ "io.kubernetes.cri.pod-annotations": annotations }),
      CNI_ARGS: Object.entries({ IgnoreUnknown: "1", ...args }).map((pair) => pair.join("=")).join(";"),
    },
  });
  if (code === 0) return stdout;
  throw new RigError(`Failed to ${verb} pod "${namespace.name}" by cnitool: "${(stdout + stderr).trim()}"`);
}
