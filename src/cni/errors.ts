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
  /** CHECK: the pod's limit is not the one that ADD set. */
  CHECK_FAILED: 100,
  /** An unexpected error; libcni uses this number, too. */
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

/** A failure that is reported to the runtime. */
export class CniError extends Error {
  override readonly name = "CniError";

  /**
   * @param message What failed, in a short sentence.
   * @param details The values and reasons, if they say more than the message.
   */
  constructor(readonly code: Code, message: string, readonly details?: string, options?: ErrorOptions) {
    super(message, options);
  }

  /** The object that the runtime reads. @param cniVersion The version of the request. */
  toAnswer(cniVersion: string): ErrorAnswer {
    const answer = { cniVersion, code: this.code, msg: this.message };
    return this.details === undefined ? answer : { ...answer, details: this.details };
  }
}

/**
 * Makes an error that can be reported to the runtime: the error itself if it is a CniError, else one with
 * code 999 that has it as its cause.
 */
export function asCniError(error: unknown): CniError {
  if (error instanceof CniError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CniError(CODE.INTERNAL, message, undefined, { cause: error });
}
