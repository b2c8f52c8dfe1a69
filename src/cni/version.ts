/** The supported versions of the CNI specification, oldest first. */
export const SUPPORTED_VERSIONS = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] as const;

/** One of them. */
export type Version = (typeof SUPPORTED_VERSIONS)[number];

/** The version of an answer to a request without a version, or with an unsupported one. */
export const NEWEST_VERSION: Version = "1.1.0";

export function isSupported(text: string): text is Version {
  return SUPPORTED_VERSIONS.some((version) => version === text);
}

/** @param since The version that introduced what a request of `version` asks for. */
export function isAtLeast(version: Version, since: Version): boolean {
  return SUPPORTED_VERSIONS.indexOf(version) >= SUPPORTED_VERSIONS.indexOf(since);
}
