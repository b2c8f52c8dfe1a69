/**
 * A stdin that ends after a text, as a runtime's does.
 *
 * @param text What it gives; bytes for what is no text.
 */
export function stdinOf(text: string | Uint8Array): { readSync(into: Uint8Array): number | null } {
  let left = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return {
    readSync(into): number | null {
      if (left.length === 0) return null;
      const count = Math.min(left.length, into.length);
      into.set(left.subarray(0, count));
      left = left.subarray(count);
      return count;
    },
  };
}
