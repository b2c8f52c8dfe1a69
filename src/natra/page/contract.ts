/** What the page asks the agent for, as JSON. Rates in bits/s, sizes in bytes, times in ms. */

/** The answer of `/api/pods`: who is held. */
export interface PodsAnswer {
  readonly node: string;
  readonly version: string;
  readonly pods: readonly PodInfo[];
}

/** A pod that is held. */
export interface PodInfo {
  /** Names it in `/api/live?pod=`. */
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

/** One direction, as it is held. */
export interface DirectionInfo {
  readonly rate: number;
  readonly burst: number;
  readonly pacer: string;
  readonly queue: string;
  /** Bytes so far; null if what should count them is gone. */
  readonly bytes: number | null;
}

/** The answer of `/api/live?pod=…&pod=…`. Those that are gone meanwhile are not in it. */
export interface LiveAnswer {
  readonly pods: readonly LivePod[];
}

/** What a pod counted so far. */
export interface LivePod {
  readonly id: string;
  /** When it was read, by a clock that only runs forward. */
  readonly time: number;
  readonly ingress: LiveDirection | null;
  readonly egress: LiveDirection | null;
}

/** What one direction counted so far. */
export interface LiveDirection {
  /** What left the queue, or what came where there is none. */
  readonly bytes: number;
  readonly heavyBytes: number;
  /** Packets dropped: by the program, the queue and the guard. */
  readonly drops: number;
  readonly marks: number;
  /** Bytes that wait in the queue now; null where nothing queues. */
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

/** How many pods one `/api/live` may name. */
export const MAX_PODS = 50;
