/** The tc handles and link names that natra's allotment gives it. */

/**
 * Handles of qdiscs and classes. The majors are natra's alone ("na", "nb", …); `1:` and `8001:` upwards
 * belong to other software.
 */
export const Handle = {
  /** The HTB or fq at the root. */
  ROOT: 0x6e610000,
  /** HTB classes. */
  POD: 0x6e610001,
  ACK: 0x6e610002,
  LIGHT: 0x6e610003,
  HEAVY: 0x6e610004,
  FREE: 0x6e610005,
  YOUNG: 0x6e610006,
  BULK: 0x6e610007,
  /** Between the heavy class and its queue: splits GSO packets. */
  SPLIT: 0x6e6a0000,
  /** The queue below each class: the class's minor, moved into the major. */
  leaf: (classId: number): number => ((0x6e61 + (classId & 0xffff)) << 16) >>> 0,
} as const;

/** The majors of those: the root, the leaf of each class, and the split. */
export const QDISC_MAJORS = { first: 0x6e61, last: 0x6e6a } as const;

/** The handle of natra's clsact filters. 1 belongs to other software. */
export const FILTER_HANDLE = 0x6e61;

export const IFB_PREFIX = "natra-";

/** The ifb of a pod's interface, in the pod's namespace. At most 15 bytes, as the kernel wants it. */
export function ifbName(ifindex: number): string {
  return `${IFB_PREFIX}${ifindex}`;
}
