import { VmError } from "./error.ts";

/** Where Debian's packages come from. */
export interface Mirrors {
  /** Address of the main archive. */
  readonly main: string;
  /** Address of the security archive; absent if the machine uses none. */
  readonly security?: string;
}

/**
 * Finds Debian's archives among the ones that the machine's own apt uses, whatever other sources it has.
 *
 * @param uris output of `apt-get update --print-uris`: one quoted address and more on each line
 * @param codename the release the machine runs, such as "bookworm"
 * @returns the addresses
 * @throws {VmError} if no source offers that release
 */
export function findMirrors(uris: string, codename: string): Mirrors {
  const archives = new Map<string, Set<string>>();
  for (const [, archive, suite] of uris.matchAll(/^'([^'\s]+)\/dists\/([^'\s]+)\/InRelease'/gm)) {
    if (archive === undefined || suite === undefined) continue;
    archives.set(archive, (archives.get(archive) ?? new Set()).add(suite));
  }
  const offering = (suite: string): string[] =>
    [...archives].filter(([, suites]) => suites.has(suite)).map(([archive]) => archive);
  // Third parties name their suites after Debian's releases too, but none has the release's updates.
  const main = offering(`${codename}-updates`).find((a) => offering(codename).includes(a)) ??
    offering(codename)[0];
  if (main === undefined) {
    throw new VmError("host", `Cannot find a source of Debian "${codename}" in this machine's apt`);
  }
  const security = offering(`${codename}-security`)[0];
  return security === undefined ? { main } : { main, security };
}

/**
 * What a source list offers besides the release itself. Each mirror keeps a release's own packages for good,
 * but drops superseded updates, so less is more reliable.
 */
export type Extra = "security" | "backports";

/**
 * Writes an apt source list for one release.
 *
 * @param mirrors archives to use
 * @param codename the release, such as "trixie"
 * @param keyring path of the keys that must have signed it
 * @param extra offers the release's security updates, or those and its backports
 * @returns the text of a deb822 `.sources` file
 */
export function sourceList(mirrors: Mirrors, codename: string, keyring: string, extra?: Extra): string {
  const stanza = (uri: string, suites: readonly string[]): string =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites.join(" ")}`,
      "Components: main",
      `Signed-By: ${keyring}`,
      "",
    ]
      .join("\n");
  if (extra === undefined) return stanza(mirrors.main, [codename]);
  const suites = [
    codename,
    `${codename}-updates`,
    ...(extra === "backports" ? [`${codename}-backports`] : []),
  ];
  const security = mirrors.security === undefined ? [] : [stanza(mirrors.security, [`${codename}-security`])];
  return [stanza(mirrors.main, suites), ...security].join("\n");
}
