/** The error codes of the CNI specification, and natra's own from 100 on. */
export const CODE = {
  INCOMPATIBLE_VERSION: 1,
  UNSUPPORTED_FIELD: 2,
  UNKNOWN_CONTAINER: 3,
  INVALID_ENVIRONMENT: 4,
  IO_FAILURE: 5,
  DECODING_FAILURE: 6,
  INVALID_NETWORK_CONFIG: 7,
  TRY_AGAIN_LATER: 11,
  /** STATUS: an ADD would fail now. */
  NOT_AVAILABLE: 50,
  /** CHECK: the pod is not held to what it was given at ADD. */
  CHECK_FAILED: 100,
  /** Anything that should not have happened; the number that libcni uses, too. */
  INTERNAL: 999,
} as const;

/** One of the codes. */
export type Code = (typeof CODE)[keyof typeof CODE];

/** The error object of the CNI specification. */
export interface ErrorAnswer {
  readonly cniVersion: string;
  readonly code: number;
  readonly msg: string;
  readonly details?: string;
}

/** A failure that the runtime is told of. */
export class CniError extends Error {
  override readonly name = "CniError";

  /**
   * @param code One of {@linkcode CODE}.
   * @param message What failed, in a short sentence.
   * @param details The values and reasons, if they say more than the message.
   * @param options The cause.
   */
  constructor(readonly code: Code, message: string, readonly details?: string, options?: ErrorOptions) {
    super(message, options);
  }

  /**
   * @param cniVersion The version of the request.
   * @returns The object that the runtime reads.
   */
  toAnswer(cniVersion: string): ErrorAnswer {
    const answer = { cniVersion, code: this.code, msg: this.message };
    return this.details === undefined ? answer : { ...answer, details: this.details };
  }
}

/**
 * Makes sure that a failure can be told to the runtime.
 *
 * @param error Whatever was thrown.
 * @returns The error itself if it is a CniError, else one with code 999 that has it as its cause.
 */
export function asCniError(error: unknown): CniError {
  if (error instanceof CniError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CniError(CODE.INTERNAL, message, undefined, { cause: error });
}
