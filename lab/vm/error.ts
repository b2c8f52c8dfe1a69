/**
 * What went wrong:
 * - `usage`: the request makes no sense (unknown kernel, missing file)
 * - `host`: this machine lacks something (a program, the right processor)
 * - `network`: the package mirror cannot be reached
 * - `build`: an image could not be made
 * - `timeout`: the command did not end in time
 * - `crash`: the machine ended without a result
 */
export type VmErrorKind = "usage" | "host" | "network" | "build" | "timeout" | "crash";

/** The one error of the VM runner. A guest command that fails is a result, not an error. */
export class VmError extends Error {
  override readonly name = "VmError";

  /**
   * @param kind what went wrong, for code that decides by it
   * @param message sentence that names the action that failed
   * @param output what the guest's command had printed by then
   */
  constructor(readonly kind: VmErrorKind, message: string, readonly output: string = "") {
    super(message);
  }
}
