import { interfacePins, PIN_ROOT } from "../../../node_state.ts";
import { type Applied, readApplied } from "../../../datapath/record.ts";
import { reasonToRelease } from "../../../datapath/reconcile.ts";
import { describeError } from "../../../../base/log/describe.ts";
import { pinnedInterfaces } from "../../../../ebpf/pins.ts";
import type { Finding } from "../finding.ts";

/** Milliseconds after which what is half done is not being done any more. */
const LONG = 60_000;

/**
 * What is left of a pod that is gone, or of a call that was killed. Without the container's lock, because taking it would
 * change something: what is young may be in the making.
 *
 * @returns null if the pod lives.
 */
export function leftover(applied: Applied): Finding | null {
  let why: string | null;
  try {
    why = reasonToRelease(applied, applied);
  } catch (error) {
    return {
      id: "unreachable",
      level: "trouble",
      what: describeError(error),
      why: "natra cannot look at what holds this pod",
      todo: `does the network namespace "${applied.netns}" exist, and is the interface still a veth?`,
    };
  }
  if (why === null && applied.complete) return null;
  const fresh = !applied.complete && Date.now() - Date.parse(applied.created) < LONG;
  return {
    id: applied.complete ? "dead-record" : "cut-short",
    level: fresh ? "notice" : "trouble",
    what: `natra's record says that this pod is held, but ${
      why ?? "a call that set or changed that was cut short"
    }`,
    why: fresh
      ? "natra may be setting it up just now"
      : "a call was killed, or no DEL came: limits are not as asked, or pins and memory are wasted",
    todo: "natra reconcile removes or finishes it (with --dry-run it only tells)",
  };
}

/** Pins without a record: nobody could undo what they stand for. */
export function orphans(): Finding[] {
  const lost = pinnedInterfaces(PIN_ROOT).filter(({ containerId, ifname }) =>
    ifname !== "" && readApplied({ containerId, ifname }) === null &&
    isOld(interfacePins(containerId, ifname))
  );
  return lost.map(({ containerId, ifname }) => ({
    id: "orphaned-pins",
    level: "trouble",
    what: `"${interfacePins(containerId, ifname)}" is pinned, and there is no record of it`,
    why: "somebody removed the record, or spoiled it: what is pinned holds a pod, or wastes memory",
    todo: "natra reconcile removes it (with --dry-run it only tells)",
  }));
}

function isOld(path: string): boolean {
  try {
    return Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0) > LONG;
  } catch {
    return false; // it has just gone
  }
}
