import { records } from "../../src/natra/node_state.ts";
import { unpinName } from "../../src/ebpf/pins.ts";
import { release } from "../../src/natra/datapath/release.ts";
import { netnsId } from "../../src/net/netns.ts";
import type { RecordKey } from "../../src/state/records.ts";
import { sweepNamespaces } from "../../tests/rig/namespace.ts";
import { leftovers, type Machine } from "./machine.ts";
import { endProcesses } from "./processes.ts";

/**
 * Removes what tests that were ended in the middle have left: processes, namespaces with all in them, and
 * natra's pins and records of the rig's containers.
 *
 * @param mark The run's mark.
 * @param before The machine before the run: what was there is not touched.
 * @param now The machine now.
 */
export async function sweep(mark: string, before: Machine, now: Machine): Promise<void> {
  await endProcesses(mark);
  await sweepNamespaces();
  for (const line of leftovers({ pin: before["pin"] ?? [] }, { pin: now["pin"] ?? [] })) {
    const [, container, ifname] = /^pin \/sys\/fs\/bpf\/natra\/(natra-rig-[^/]+)\/([^/]+)$/.exec(line) ?? [];
    if (container === undefined || ifname === undefined) continue;
    const key = { containerId: unpinName(container), ifname: unpinName(ifname) };
    // One whose namespace still exists belongs to another run: our own went with their owners.
    if (netnsId(recordedNetns(key)) === null) release(key, null);
  }
}

function recordedNetns(key: RecordKey): string {
  const record = records.read(key);
  const hasNetns = typeof record === "object" && record !== null && "netns" in record;
  return hasNetns && typeof record.netns === "string" ? record.netns : "";
}
