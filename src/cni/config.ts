import { quote, quoteValue } from "../base/log/quote.ts";
import type { Warning } from "../base/log/warning.ts";
import { CniError, CODE } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseExact, toPlain } from "../base/json.ts";
import { type OwnKeys, readOwnKeys } from "../natra/cni/natra_conf.ts";
import { readRuntimeParts, type RuntimeParts } from "./runtime_config.ts";
import { isSupported, SUPPORTED_VERSIONS, type Version } from "./version.ts";

/** What the configuration says about limits, untouched: `src/natra/limits` judges it. */
export interface ConfiguredLimits {
  readonly ingressRate?: unknown;
  readonly ingressBurst?: unknown;
  readonly egressRate?: unknown;
  readonly egressBurst?: unknown;
  readonly ingress?: unknown;
  readonly egress?: unknown;
}

/** A network configuration as the runtime passes it on stdin. */
export interface NetConf extends OwnKeys, RuntimeParts {
  readonly cniVersion: Version;
  readonly name: string;
  /** The executable's name. */
  readonly type: string;
  /** The previous plugin's result, exactly as it came; null if there is none. */
  readonly prevResult: JsonObject | null;
  readonly limits: ConfiguredLimits;
  /** What is in the configuration and cannot be used. */
  readonly warnings: readonly Warning[];
}

/**
 * Reads a network configuration.
 *
 * @param text The JSON text of stdin.
 * @returns The configuration; what is bad in natra's own keys is replaced by its default and listed in `warnings`.
 * @throws {CniError} With code 6 if it is no JSON object, 1 if its version is missing or not spoken, 7 if its name or
 * type is missing or invalid.
 */
export function readConfig(text: string): NetConf {
  const { prevResult, ...rest } = parseObject(text);
  const conf = new Map(Object.entries(rest).map(([key, value]) => [key, toPlain(value)]));
  const cniVersion = readVersion(conf.get("cniVersion"));
  // By hand: two strings are not worth making a schema at every pod's start.
  const name = readText("name", conf.get("name"), /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/);
  const type = readText("type", conf.get("type"), /./);
  const warnings: Warning[] = [];
  const warn = (warning: Warning): void => {
    warnings.push(warning);
  };
  return {
    cniVersion,
    name,
    type,
    prevResult: readPrevResult(prevResult, warn),
    limits: configuredLimits(conf),
    ...readRuntimeParts(conf, warn),
    ...readOwnKeys(conf, warn),
    warnings,
  };
}

/** What natra's entry in a list says about limits, whatever else stands in it. */
export function configuredLimits(conf: ReadonlyMap<string, unknown>): ConfiguredLimits {
  return {
    ingressRate: conf.get("ingressRate"),
    ingressBurst: conf.get("ingressBurst"),
    egressRate: conf.get("egressRate"),
    egressBurst: conf.get("egressBurst"),
    ingress: conf.get("ingress"),
    egress: conf.get("egress"),
  };
}

function parseObject(text: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseExact(text);
  } catch (error) {
    const details = error instanceof Error ? quote(error.message, 200) : undefined;
    throw new CniError(CODE.DECODING_FAILURE, "Cannot read the network configuration as JSON", details, {
      cause: error,
    });
  }
  if (isJsonObject(value)) return value;
  throw new CniError(CODE.DECODING_FAILURE, "Cannot read the network configuration: it is not a JSON object");
}

/** A configuration without a version is, by the specification, of 0.1.0, which is not spoken. */
function readVersion(given: unknown): Version {
  const version = given ?? "0.1.0";
  if (typeof version === "string" && isSupported(version)) return version;
  const details = `configuration is ${quoteValue(version)}, natra speaks ${SUPPORTED_VERSIONS.join(", ")}`;
  throw new CniError(CODE.INCOMPATIBLE_VERSION, "Incompatible CNI version", details);
}

function readText(key: string, value: unknown, allowed: RegExp): string {
  if (typeof value === "string" && allowed.test(value)) return value;
  const details = value === undefined
    ? `${key} is missing`
    : `${key} must match ${allowed.source}, not ${quoteValue(value)}`;
  throw new CniError(CODE.INVALID_NETWORK_CONFIG, "Invalid network configuration", details);
}

/** A result that is no object counts as absent: ADD and CHECK refuse that, and DEL must go through. */
function readPrevResult(value: JsonValue | undefined, warn: (warning: Warning) => void): JsonObject | null {
  if (value === undefined || value === null) return null;
  if (isJsonObject(value)) return value;
  warn({
    key: "prevResult",
    given: quoteValue(toPlain(value)),
    used: "nothing",
    why: "it must be an object",
  });
  return null;
}
