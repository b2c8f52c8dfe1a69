/** What keeps a product from being installed or removed; the message names it, and is safe to print. */
export class InstallError extends Error {
  override readonly name = "InstallError";
}

/** A list, or a plugin of it, that a runtime cannot read either. */
export class UnreadableError extends InstallError {}
