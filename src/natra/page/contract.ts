/** What the agent answers to the page, as JSON. Rates in bits/s, sizes in bytes, times in ms. */

/** The answer of `/api/pods`: the limited pods. */
export interface PodsAnswer {
  readonly node: string;
  readonly version: string;
  readonly pods: readonly PodInfo[];
}

/** A limited pod. */
export interface PodInfo {
  /** Its name in `/api/live?pod=`. */
  readonly id: string;
  /** Invisible characters in names are escaped. */
  readonly namespace: string;
  readonly pod: string;
  readonly interface: string;
  readonly attach: string;
  /** When it was limited, as ISO 8601. */
  readonly created: string;
  readonly ingress: DirectionInfo | null;
  readonly egress: DirectionInfo | null;
}

/** One direction of a limited pod. */
export interface DirectionInfo {
  readonly rate: number;
  readonly burst: number;
  readonly pacer: string;
  readonly queue: string;
  /** Bytes so far; null if the map that counts them is gone. */
  readonly bytes: number | null;
}

/** The answer of `/api/live?pod=…&pod=…`. Pods that are gone meanwhile are left out. */
export interface LiveAnswer {
  readonly pods: readonly LivePod[];
}

/** A pod's counters. */
export interface LivePod {
  readonly id: string;
  /** When it was read, by a monotonic clock. */
  readonly time: number;
  readonly ingress: LiveDirection | null;
  readonly egress: LiveDirection | null;
}

/** The counters of one direction. */
export interface LiveDirection {
  /** What left the queue, or what arrived if there is no queue. */
  readonly bytes: number;
  readonly heavyBytes: number;
  /** Packets dropped: by the program, the queue and the guard. */
  readonly drops: number;
  readonly marks: number;
  /** Bytes that wait in the queue now; null if there is no queue. */
  readonly waiting: number | null;
  /** The flows that are heavy now. */
  readonly flows: readonly LiveFlow[];
}

/** A heavy flow. */
export interface LiveFlow {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly bytes: number;
  readonly heavyFor: number;
}

/** The maximum number of pods in one request of `/api/live`. */
export const MAX_PODS = 50;
