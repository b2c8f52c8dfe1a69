import { isKnown } from "../node_state.ts";
import type { Logger } from "../../base/log/log.ts";
import { describeError } from "../../base/log/describe.ts";
import type { DelRequest } from "../../cni/protocol.ts";

/**
 * DEL: undoes whatever of an ADD is still there. It comes several times for one pod, without a namespace, or for a pod
 * that never had a limit, and always succeeds: a pod that cannot be deleted would help nobody. It never throws.
 */
export async function del(request: DelRequest, logger: Logger): Promise<void> {
  await letGo(request, logger);
  if (isStub()) await removeStubAfter(request, logger);
}

async function letGo(request: DelRequest, logger: Logger): Promise<void> {
  const { containerId, ifname, netns } = request;
  const who = { containerId, ifname, pod: request.pod };
  try {
    if (!isKnown(request)) return;
    const { release, setWatchdog } = await import("../datapath/datapath.ts");
    const { logFile, timeout } = request.conf;
    using _watchdog = setWatchdog({ answer: "", logFile, timeout, who });
    const failures = release(request, netns === "" ? null : netns);
    for (const failure of failures) logger.warn("limit not removed", { ...who, failure });
    if (failures.length === 0) logger.info("limit removed", who);
  } catch (error) {
    logger.error("limit not removed", { ...who, error: describeError(error) });
  }
}

/** Whether natra was uninstalled, and this executable is here for the pods of before. It asks the file system alone. */
function isStub(): boolean {
  try {
    return Deno.lstatSync(`${Deno.execPath()}.uninstalled`).isFile;
  } catch {
    return false;
  }
}

async function removeStubAfter({ containerId }: DelRequest, logger: Logger): Promise<void> {
  try {
    const { removeStub } = await import("../../install/stub.ts");
    const path = Deno.execPath();
    const isGone = await removeStub(path.slice(0, path.lastIndexOf("/")), containerId);
    if (isGone) logger.info("executable removed: the last pod that was added with it is gone", { path });
  } catch (error) {
    logger.error("executable not removed", { error: describeError(error) });
  }
}
