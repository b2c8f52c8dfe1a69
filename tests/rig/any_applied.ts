import type { Applied, AppliedDirection } from "../../src/natra/datapath/record.ts";
import { limitOf } from "./any_limit.ts";

/** What holds a direction to 10 Mbit/s. */
export const HELD: AppliedDirection = { limit: limitOf("10M"), pacer: "htb", queue: "htb + bfifo" };

/**
 * The record of a pod that receives no more than {@linkcode HELD}, and sends what it likes.
 *
 * @param changes What differs.
 */
export function appliedOf(changes: Partial<Applied> = {}): Applied {
  return {
    version: 1,
    complete: true,
    network: "net",
    containerId: "c1",
    ifname: "eth0",
    pod: { namespace: "shop", name: "web" },
    netns: "/run/netns/x",
    netnsId: "4:4026532000",
    created: "2026-01-01T00:00:00.000Z",
    attach: "tcx",
    side: "host",
    inside: { index: 2, name: "eth0", gsoMaxSize: 65536, ownsClsact: false },
    outside: { index: 7, name: "veth7", gsoMaxSize: 65536, ownsClsact: true },
    ingress: HELD,
    egress: null,
    choices: [],
    ...changes,
  };
}
