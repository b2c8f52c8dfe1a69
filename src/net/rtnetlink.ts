/**
 * What the families of NETLINK_ROUTE share that a pod's start does not load: see links.ts and tc.ts for the
 * rest.
 */
import { NativeError } from "../../ffi/native.ts";

/** Message types (linux/rtnetlink.h). A family's NEW, DEL and GET follow each other. */
export const RtnlType = {
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
  GETNEIGH: 30,
  NEWRULE: 32,
  DELRULE: 33,
  GETRULE: 34,
  NEWNEXTHOP: 104,
  DELNEXTHOP: 105,
  GETNEXTHOP: 106,
  NEWLINKPROP: 108,
  DELLINKPROP: 109,
} as const;

/** Multicast groups (RTNLGRP_*). */
export const RtnlGroup = {
  LINK: 1,
  NEIGH: 3,
  TC: 4,
  IPV4_ADDRESS: 5,
  IPV4_ROUTE: 7,
  IPV4_RULE: 8,
  IPV6_ADDRESS: 9,
  IPV6_ROUTE: 11,
  IPV6_RULE: 19,
  NSID: 28,
  NEXTHOP: 32,
} as const;

/** Scopes of addresses and routes. */
export const Scope = { GLOBAL: 0, SITE: 200, LINK: 253, HOST: 254, NOWHERE: 255 } as const;

/** Whether a notification adds or changes an entry, or deletes it. */
export type Change = "new" | "deleted";

/**
 * Runs a request that may find nothing to do.
 *
 * @param codes Errnos that mean so.
 * @returns Whether it did something.
 * @throws {NativeError} With any other code.
 */
export function attempt(codes: readonly number[], request: () => void): boolean {
  try {
    request();
    return true;
  } catch (error) {
    if (error instanceof NativeError && codes.includes(error.code)) return false;
    throw error;
  }
}
