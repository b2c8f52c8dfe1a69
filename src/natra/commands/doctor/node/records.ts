import { interfacePins, PIN_ROOT } from "../../../node_state.ts";
import { type Applied, readApplied } from "../../../datapath/record.ts";
import { reasonToRelease } from "../../../datapath/reconcile.ts";
import { describeError } from "../../../../base/log/describe.ts";
import { pinnedInterfaces } from "../../../../ebpf/pins.ts";
import type { Finding } from "../finding.ts";

/** After this time an incomplete setup is not in progress any more. */
const SETUP_TIMEOUT_MS = 60_000;

/**
 * Finds leftovers of a pod that is gone or of a killed call. It does not take the container's lock, because
 * that would change something: a young incomplete record may be from a running call.
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
      why: "natra cannot read what holds this pod",
      todo: `check that the network namespace "${applied.netns}" exists and that the interface is a veth`,
    };
  }
  if (why === null && applied.complete) return null;
  const isFresh = !applied.complete && Date.now() - Date.parse(applied.created) < SETUP_TIMEOUT_MS;
  return {
    id: applied.complete ? "dead-record" : "cut-short",
    level: isFresh ? "notice" : "trouble",
    what: `natra has a record of this pod, but ${
      why ?? "the call that set up or changed its limit was interrupted"
    }`,
    why: isFresh
      ? "its setup may be running"
      : "a call was killed, or DEL was never called: limits are wrong, or pins and memory are wasted",
    todo: "run natra reconcile, which removes or finishes it (--dry-run only prints)",
  };
}

/** Finds pins without a record. */
export function orphans(): Finding[] {
  const lost = pinnedInterfaces(PIN_ROOT).filter(({ containerId, ifname }) =>
    ifname !== "" && readApplied({ containerId, ifname }) === null &&
    isOld(interfacePins(containerId, ifname))
  );
  return lost.map(({ containerId, ifname }) => ({
    id: "orphaned-pins",
    level: "trouble",
    what: `"${interfacePins(containerId, ifname)}" is pinned without a record`,
    why: "the record was removed or damaged: the pins hold a pod without one, or waste memory",
    todo: "run natra reconcile, which removes it (--dry-run only prints)",
  }));
}

function isOld(path: string): boolean {
  try {
    return Date.now() - (Deno.statSync(path).mtime?.getTime() ?? 0) > SETUP_TIMEOUT_MS;
  } catch {
    return false; // it is gone
  }
}
