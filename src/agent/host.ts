/**
 * Whether a request names this machine in a way that no foreign page can: by an address, as localhost, or by
 * the machine's own name. A foreign page may resolve a name of its own to this machine, and a browser would
 * then treat it as the same origin as ours (DNS rebinding).
 *
 * @param hostname That of the request's URL, which comes from the Host header.
 * @param own The machine's name.
 */
export function isOwnHost(hostname: string, own: string): boolean {
  return hostname === "localhost" || hostname === own.toLowerCase() || /^\[[0-9a-f:.]+\]$/.test(hostname) ||
    /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(hostname);
}
