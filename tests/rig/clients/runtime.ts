/** What the scenarios ask of a client, whichever it is. */

/** A pod that is wanted. */
export interface PodSpec {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A pod that runs, with an iperf3 server in it. */
export interface RunningPod {
  readonly name: string;
  /** The client's own name for it. */
  readonly id: string;
  /** Path of its network namespace. */
  readonly netns: string;
  readonly address: string;
}

/** A client of CNI. Disposing of it ends its processes. */
export interface Runtime extends AsyncDisposable {
  /** The process that calls the plugins; null if it does not outlive a call. */
  readonly pid: number | null;

  /** Whether it tries again by itself to start a pod that failed. */
  readonly retries: boolean;

  /**
   * Starts a pod.
   *
   * @throws {RigError} if the client says that it could not
   */
  run(spec: PodSpec): Promise<RunningPod>;

  /** Stops a pod, as often as it is asked to. @throws {RigError} if the client says that it could not */
  stop(pod: RunningPod): Promise<void>;

  /** Forgets a stopped pod. @throws {RigError} if the client says that it could not */
  remove(pod: RunningPod): Promise<void>;

  /** Takes a pod's network namespace away behind the client's back. */
  loseNamespace(pod: RunningPod): Promise<void>;

  /** Waits until a new list has been read. */
  readList(mark: string): Promise<void>;

  /** Starts again after it was killed. */
  restart(): Promise<void>;

  /** Stops and forgets whatever is there, pods that failed to start included. */
  clear(): Promise<void>;
}
