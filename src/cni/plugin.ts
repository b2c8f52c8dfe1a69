import { describeError } from "../base/log/describe.ts";
import { createLogger, type Logger } from "../base/log/log.ts";
import type { JsonObject } from "../base/json.ts";
import {
  type AddRequest,
  answerAdd,
  answerError,
  answerVersion,
  type CheckRequest,
  type CniRequest,
  type DelRequest,
  type GcRequest,
  readRequest,
  type StatusRequest,
} from "./protocol.ts";

/** What a product does for a container runtime. An error that a verb throws is answered to the runtime. */
export interface Plugin {
  /** The log file, unless the configuration names another. */
  readonly logFile: string;
  /** @returns The result, which is answered under the request's version. */
  add(request: AddRequest, logger: Logger): Promise<JsonObject>;
  del(request: DelRequest, logger: Logger): Promise<void>;
  check(request: CheckRequest, logger: Logger): Promise<void>;
  gc(request: GcRequest, logger: Logger): Promise<void>;
  status(request: StatusRequest, logger: Logger): Promise<void>;
  /** Called after an ADD was answered with an error. */
  refused(): void;
}

/** How to load plugins, and what is done for all of them. */
export interface PluginHost {
  /**
   * Loads a plugin.
   *
   * @param type The configuration's `type`; undefined where no configuration could be read.
   * @throws {CniError} If there is none of this type.
   */
  load(type: string | undefined): Promise<Plugin>;
  /** Runs after each DEL that succeeded; never throws. */
  afterDel(request: DelRequest, logger: Logger): Promise<void>;
}

/**
 * Answers one call of a CNI runtime: the environment and stdin in, stdout out.
 *
 * @returns The exit code: 0, or 1 with an error object on stdout.
 */
export async function runPlugin({ load, afterDel }: PluginHost): Promise<number> {
  const logger = createLogger();
  const command = Deno.env.get("CNI_COMMAND");
  let request: CniRequest | undefined;
  let plugin: Plugin | undefined;
  try {
    request = readRequest(Deno.env, Deno.stdin);
    if (request.command === "VERSION") {
      answerVersion();
      return 0;
    }
    plugin = await load(request.conf.type);
    logger.open({ level: request.conf.logLevel, file: request.conf.logFile ?? plugin.logFile });
    await run(plugin, request, logger);
    if (request.command === "DEL") await afterDel(request, logger);
    return 0;
  } catch (error) {
    const known = plugin ?? await load(undefined).catch(() => null);
    if (plugin === undefined) logger.open({ level: "info", file: known?.logFile ?? null });
    logger.error("request failed", { command, error: describeError(error) });
    if (command === "ADD") known?.refused();
    answerError(error, request !== undefined && "conf" in request ? request.conf.cniVersion : undefined);
    return 1;
  }
}

type PluginRequest = Exclude<CniRequest, { command: "VERSION" }>;

async function run(plugin: Plugin, request: PluginRequest, logger: Logger): Promise<void> {
  switch (request.command) {
    case "ADD":
      return answerAdd(request, await plugin.add(request, logger));
    case "DEL":
      return await plugin.del(request, logger);
    case "CHECK":
      return await plugin.check(request, logger);
    case "GC":
      return await plugin.gc(request, logger);
    case "STATUS":
      return await plugin.status(request, logger);
  }
}
