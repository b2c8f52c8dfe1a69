/** The versions of the CNI specification that are spoken, oldest first. */
export const SUPPORTED_VERSIONS = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

/** One of them. */
export type Version = (typeof SUPPORTED_VERSIONS)[number];

/** What is spoken where the request does not say, or says something else. */
export const NEWEST_VERSION: Version = "1.1.0";

/**
 * @param text A version as a configuration gives it.
 * @returns Whether it is spoken.
 */
export function isSupported(text: string): text is Version {
  return SUPPORTED_VERSIONS.some((version) => version === text);
}

/**
 * @param version The request's version.
 * @param since The version that brought what is asked for.
 * @returns Whether the request may ask for it.
 */
export function isAtLeast(version: Version, since: Version): boolean {
  return SUPPORTED_VERSIONS.indexOf(version) >= SUPPORTED_VERSIONS.indexOf(since);
}
