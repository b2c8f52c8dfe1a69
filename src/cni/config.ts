import { type Level, LEVELS } from "../base/log/line.ts";
import { quote, quoteValue } from "../base/log/quote.ts";
import type { Warning } from "../base/log/warning.ts";
import { CniError, CODE } from "./errors.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseExact, toPlain } from "../base/json.ts";
import { absolutePath, oneOf, readKeys } from "./keys.ts";
import { readRuntimeParts, type RuntimeParts } from "./runtime_config.ts";
import { isSupported, SUPPORTED_VERSIONS, type Version } from "./version.ts";

/** A network configuration as the runtime passes it on stdin. */
export interface NetConf extends RuntimeParts {
  readonly cniVersion: Version;
  readonly name: string;
  /** The plugin's type; the runtime looks for an executable of this name. */
  readonly type: string;
  readonly logLevel: Level;
  /** Absolute path of the log file; null: the product's own. */
  readonly logFile: string | null;
  /** The previous plugin's result, exactly as it came; null if there is none. */
  readonly prevResult: JsonObject | null;
  /** Every value by its key, for a product's own keys. */
  readonly keys: ReadonlyMap<string, unknown>;
  /** Values of the configuration that cannot be used. */
  readonly warnings: readonly Warning[];
}

const LOG_KEYS = {
  logLevel: () => oneOf(LEVELS),
  logFile: () => absolutePath("it must be the absolute path of a file"),
};
const LOG_DEFAULTS: Pick<NetConf, "logLevel" | "logFile"> = { logLevel: "info", logFile: null };

/**
 * Reads a network configuration.
 *
 * @returns The configuration; a bad value that it can do without is replaced by its default and listed in
 * `warnings`.
 * @throws {CniError} With code 6 if it is not a JSON object, 1 if its version is missing or not supported, 7
 * if its name or type is missing or invalid.
 */
export function readConfig(text: string): NetConf {
  const { prevResult, ...rest } = parseObject(text);
  const conf = new Map(Object.entries(rest).map(([key, value]) => [key, toPlain(value)]));
  const cniVersion = readVersion(conf.get("cniVersion"));
  // Checked by hand: two strings are not worth building a schema at every pod's start.
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
    ...readRuntimeParts(conf, warn),
    ...readKeys(conf, LOG_KEYS, LOG_DEFAULTS, warn),
    keys: conf,
    warnings,
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

/** The specification's default version is 0.1.0, which is not supported. */
function readVersion(given: unknown): Version {
  const version = given ?? "0.1.0";
  if (typeof version === "string" && isSupported(version)) return version;
  const details = `configuration is ${quoteValue(version)}, supported are ${SUPPORTED_VERSIONS.join(", ")}`;
  throw new CniError(CODE.INCOMPATIBLE_VERSION, "Incompatible CNI version", details);
}

function readText(key: string, value: unknown, allowed: RegExp): string {
  if (typeof value === "string" && allowed.test(value)) return value;
  const details = value === undefined
    ? `${key} is missing`
    : `${key} must match ${allowed.source}, not ${quoteValue(value)}`;
  throw new CniError(CODE.INVALID_NETWORK_CONFIG, "Invalid network configuration", details);
}

/** A result that is not an object counts as absent: ADD and CHECK refuse that, and DEL must succeed. */
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
