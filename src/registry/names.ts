/**
 * Every name that natra leaves on a node: one registry, so that nothing collides with a neighbour, or with a later room
 * of this house.
 *
 * @module
 */

/** Where BPF objects are pinned: `<BPFFS>/natra/<containerID>/<ifname>/<direction>/…`. */
export const BPFFS = "/sys/fs/bpf";
export const PIN_ROOT = `${BPFFS}/natra`;
/** One record a pod's interface: `<containerID>-<ifname>.json`. */
export const RECORD_ROOT = "/run/natra";
/** How ADDs ended since the node started. */
export const OUTCOME_FILE = `${RECORD_ROOT}/outcomes`;

/** tc handles: majors are ours alone ("na", "nb", …); `1:` and `8001:` upwards belong to others. */
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

/** clsact filters: priority 1 to be seen first, a handle of our own (1 belongs to others), so never another's filter. */
export const Filter = { PRIORITY: 1, HANDLE: 0x6e61 } as const;

/** The ifb of a pod's interface, in the pod's namespace. At most 15 bytes, as the kernel wants it. */
export function ifbName(ifindex: number): string {
  return `natra-${ifindex}`;
}

/** A direction, as the pod sees it. */
export type Direction = "ingress" | "egress";
export const DIRECTIONS: readonly Direction[] = ["ingress", "egress"];

/** A name as bpffs takes it: it refuses dots, which container IDs and interface names may have. */
function pinName(name: string): string {
  return name.replaceAll("%", "%25").replaceAll(".", "%2e");
}

/** The name that {@linkcode pinName} was given. */
export function unpinName(name: string): string {
  return name.replaceAll("%2e", ".").replaceAll("%25", "%");
}

/** The directory of a container's pins. */
export function containerPins(containerId: string): string {
  return `${PIN_ROOT}/${pinName(containerId)}`;
}

/** The directory of one interface's pins. */
export function interfacePins(containerId: string, ifname: string): string {
  return `${containerPins(containerId)}/${pinName(ifname)}`;
}
