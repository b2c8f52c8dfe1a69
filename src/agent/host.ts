/**
 * Whether a request names this machine as nobody else can: by an address, as localhost, or by the machine's own name. A foreign
 * page may point a name of its own at this machine, and would then be taken for the page itself (DNS rebinding).
 *
 * @param hostname Of the request's URL, which Host made.
 * @param own The machine's name.
 */
export function isOwnHost(hostname: string, own: string): boolean {
  return hostname === "localhost" || hostname === own.toLowerCase() || /^\[[0-9a-f:.]+\]$/.test(hostname) ||
    /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(hostname);
}
