/** SHA-256, by which everything in an image is named. */

/**
 * Hashes bytes.
 *
 * @returns 64 hexadecimal digits.
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/**
 * Hashes a file.
 *
 * @returns 64 hexadecimal digits; undefined if there is no such file.
 */
export async function sha256IfThere(path: string): Promise<string | undefined> {
  try {
    return await sha256(await Deno.readFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
