/** natra as a CNI plugin. */
import type { JsonObject } from "../../base/json.ts";
import type { Plugin } from "../../cni/plugin.ts";
import { chained } from "../../cni/protocol.ts";
import { LOG_FILE } from "../node_state.ts";
import { add } from "./add.ts";
import { check } from "./check.ts";
import { del } from "./del.ts";
import { gc } from "./gc.ts";
import { countRefusal } from "./outcomes.ts";

export const plugin: Plugin = {
  logFile: LOG_FILE,

  async add(request, logger): Promise<JsonObject> {
    const behind = chained(request);
    await add(behind, logger);
    return behind.conf.prevResult;
  },

  del,

  check: (request, logger): Promise<void> => check(chained(request), logger),

  gc,

  // Always available: natra needs nothing that could be missing, and a pod starts without it, too.
  status: (): Promise<void> => Promise.resolve(),

  refused: countRefusal,
};
