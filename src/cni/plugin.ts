import { add } from "../natra/cni/add.ts";
import { check } from "../natra/cni/check.ts";
import { del } from "../natra/cni/del.ts";
import { gc } from "../natra/cni/gc.ts";
import { createLogger, type Logger } from "../base/log/log.ts";
import { describeError } from "../base/log/describe.ts";
import { countRefusal } from "../natra/cni/outcomes.ts";
import { DEFAULTS } from "../natra/cni/natra_conf.ts";
import { answerAdd, answerError, answerVersion, type CniRequest, readRequest } from "./protocol.ts";

/**
 * Answers one call of a CNI runtime: the environment and stdin in, stdout out.
 *
 * @returns The exit code: 0, or 1 with an error object on stdout.
 */
export async function runPlugin(): Promise<number> {
  const logger = createLogger();
  let request: CniRequest | undefined;
  try {
    request = readRequest(Deno.env, Deno.stdin);
    if ("conf" in request) logger.open({ level: request.conf.logLevel, file: request.conf.logFile });
    await run(request, logger);
    return 0;
  } catch (error) {
    if (request === undefined) logger.open({ level: DEFAULTS.logLevel, file: DEFAULTS.logFile });
    logger.error("request failed", { command: Deno.env.get("CNI_COMMAND"), error: describeError(error) });
    if (Deno.env.get("CNI_COMMAND") === "ADD") countRefusal();
    answerError(error, request !== undefined && "conf" in request ? request.conf.cniVersion : undefined);
    return 1;
  }
}

async function run(request: CniRequest, logger: Logger): Promise<void> {
  switch (request.command) {
    case "ADD": {
      await add(request, logger);
      return answerAdd(request);
    }
    case "DEL":
      return await del(request, logger);
    case "CHECK":
      return await check(request, logger);
    case "GC":
      return await gc(request, logger);
    case "STATUS": // natra needs nothing that could be missing: without it a pod starts all the same
      return;
    case "VERSION":
      return answerVersion();
  }
}
