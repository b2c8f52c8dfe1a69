/** What keeps a product from being installed or removed; the message names it, and is safe to print. */
export class InstallError extends Error {
  override readonly name = "InstallError";
}
