/**
 * The kernel did not take a program: every test of it then fails for that one reason, and says so by this
 * name, not by a wrong figure.
 */
export class LoadFailure extends Error {
  override readonly name = "LoadFailure";
  /**
   * @param program What was to be loaded.
   * @param log What the verifier said; its end is where the reason is.
   */
  constructor(program: string, readonly log: string, options?: ErrorOptions) {
    super(`Cannot load ${program}: the kernel refused it\n${log}`, options);
  }
}
