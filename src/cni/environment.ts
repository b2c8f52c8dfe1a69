import { quote } from "../base/log/quote.ts";
import { CniError, CODE } from "./errors.ts";

/** A source of environment variables: `Deno.env`, or a Map. */
export interface Environment {
  get(name: string): string | undefined;
}

/** The commands about one interface of one container. */
export type PodCommand = "ADD" | "DEL" | "CHECK";
/** The commands about a network on a node. */
export type NodeCommand = "GC" | "STATUS";
/** Every command of the specification. */
export type CniCommand = PodCommand | NodeCommand | "VERSION";

/**
 * The pod's identity as far as the runtime gives it: for logs, not as a key, because a pod may have several
 * sandboxes.
 */
export interface PodIdentity {
  readonly namespace: string | null;
  readonly name: string | null;
  readonly uid: string | null;
}

/** What the environment says about one interface of one container. */
export interface PodEnvironment {
  readonly containerId: string;
  /** Path of the network namespace; may be empty for DEL only. */
  readonly netns: string;
  readonly ifname: string;
  readonly pod: PodIdentity;
}

const COMMANDS: readonly CniCommand[] = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"];

/** The specification's rule for container IDs. */
const CONTAINER_ID = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * Runtimes use 64 characters. The ID becomes part of a file name, with an interface's name and a suffix: at
 * most 255.
 */
const MAX_CONTAINER_ID = 200;

/** The kernel's IFNAMSIZ without the final zero, in bytes. */
const MAX_IFNAME = 15;

/** The maximum length of a name in Kubernetes. */
const MAX_POD_NAME = 253;

/**
 * Reads the command.
 *
 * @throws {CniError} With code 4 if it is missing, or not in the specification.
 */
export function readCommand(env: Environment): CniCommand {
  const given = env.get("CNI_COMMAND") ?? "";
  const command = COMMANDS.find((candidate) => candidate === given);
  if (command !== undefined) return command;
  const details = given === "" ? "CNI_COMMAND is missing" : `CNI_COMMAND is ${quote(given)}`;
  throw new CniError(
    CODE.INVALID_ENVIRONMENT,
    "Unknown CNI command",
    `${details}, not one of ${COMMANDS.join(", ")}`,
  );
}

/**
 * Reads and checks the variables of ADD, DEL and CHECK. CNI_PATH is not required, because no other plugin is
 * called.
 *
 * @param command DEL does not require CNI_NETNS.
 * @throws {CniError} With code 4 if a variable that the command requires is missing, or one is invalid.
 */
export function readPodEnvironment(env: Environment, command: PodCommand): PodEnvironment {
  const containerId = env.get("CNI_CONTAINERID") ?? "";
  const netns = env.get("CNI_NETNS") ?? "";
  const ifname = env.get("CNI_IFNAME") ?? "";
  const missing = [
    containerId === "" ? "CNI_CONTAINERID" : "",
    netns === "" && command !== "DEL" ? "CNI_NETNS" : "",
    ifname === "" ? "CNI_IFNAME" : "",
  ].filter((name) => name !== "");
  if (missing.length > 0) {
    throw new CniError(
      CODE.INVALID_ENVIRONMENT,
      "Missing environment variables",
      `${command} requires ${missing.join(", ")}`,
    );
  }
  if (!CONTAINER_ID.test(containerId)) {
    throw invalid("CNI_CONTAINERID", containerId, "it has invalid characters");
  }
  if (containerId.length > MAX_CONTAINER_ID) {
    throw invalid("CNI_CONTAINERID", containerId, `it is longer than ${MAX_CONTAINER_ID} characters`);
  }
  checkIfname(ifname);
  return { containerId, netns, ifname, pod: readPodIdentity(env.get("CNI_ARGS") ?? "") };
}

/** The kernel's own rules, `dev_valid_name()`. */
function checkIfname(ifname: string): void {
  if (new TextEncoder().encode(ifname).length > MAX_IFNAME) {
    throw invalid("CNI_IFNAME", ifname, `it is longer than ${MAX_IFNAME} bytes`);
  }
  if (ifname === "." || ifname === "..") throw invalid("CNI_IFNAME", ifname, "it is the name of a directory");
  if (/[/:\s]/.test(ifname)) throw invalid("CNI_IFNAME", ifname, "it contains '/', ':' or white space");
}

/** Reads the pod's names from `K=V;K=V`, and ignores other keys. */
function readPodIdentity(args: string): PodIdentity {
  const values = new Map<string, string>();
  for (const pair of args.split(";")) {
    const [key = "", ...value] = pair.split("=");
    values.set(key, value.join("=").slice(0, MAX_POD_NAME));
  }
  const pick = (key: string): string | null => values.get(key) || null;
  return { namespace: pick("K8S_POD_NAMESPACE"), name: pick("K8S_POD_NAME"), uid: pick("K8S_POD_UID") };
}

function invalid(variable: string, value: string, why: string): CniError {
  return new CniError(CODE.INVALID_ENVIRONMENT, `Invalid ${variable}`, `${quote(value)}: ${why}`);
}
